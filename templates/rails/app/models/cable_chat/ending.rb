# frozen_string_literal: true

module CableChat
  # How an answer ends. `error` is what the visitor may know: a code, a safe sentence, whether to try again, and a request id
  # that helps to find the failure in a log.
  Ending = Struct.new(:status, :reason, :error, keyword_init: true) do
    def self.complete(reason = nil)
      new(status: "complete", reason: reason)
    end

    def self.failed(code, message, retryable: true, request_id: nil)
      error = { code: code, message: message, retryable: retryable, request_id: request_id }.compact
      new(status: "failed", error: error.freeze).freeze
    end

    # Of whatever was raised. The exception itself is for the log.
    def self.of(error, request_id:)
      case error
      when ProviderError
        failed(error.code, error.message, retryable: error.retryable, request_id: request_id)
      when ActiveRecord::ActiveRecordError
        failed("internal", "The server could not store the rest of the answer. You can ask for it again.", request_id: request_id)
      else
        failed("internal", "Something went wrong on the server. You can ask for the answer again.", request_id: request_id)
      end
    end
  end

  Ending::INTERRUPTED = Ending.failed("interrupted", "The answer was interrupted. You can ask for it again.")
  Ending::TOO_LONG = Ending.failed("timeout", "The answer took too long and was ended. You can ask for it again.")
end
