# frozen_string_literal: true

module CableChat
  module Providers
    # What a provider's HTTP status and its own words mean, as a ProviderError. The same for OpenAI, Anthropic and those that
    # imitate them: https://platform.openai.com/docs/guides/error-codes, https://docs.anthropic.com/en/api/errors
    module Failure
      MISCONFIGURED = "The assistant is not set up correctly. Please tell the owner of this site."
      FAILED = "The assistant failed to answer. Please try again."
      BROKEN_OFF = "The answer was broken off. Please try again."
      BUSY = "The assistant is overloaded at the moment. Please try again in a moment."
      UNREACHABLE = "The assistant cannot be reached at the moment. Please try again in a moment."
      TOO_LONG = "This conversation has become too long for the assistant. Please start a new one."
      OUT_OF_QUOTA = "The assistant has used up its quota. Please tell the owner of this site."
      RATE_LIMITED = "The assistant is asked too much at the moment. Please try again in a moment."
      EMPTY = "The assistant gave an empty answer. Please try again."

      # Compatible servers say it in words of their own, with a status of 400, 413 or 500.
      TOO_LONG_WORDS = /context.?length|context window|maximum context|too many (?:input )?tokens|prompt is too long/i
      OUT_OF_QUOTA_WORDS = /insufficient_quota|billing|credit balance/i

      MOST_DETAIL = 300
      REQUEST_ID = /\A[\w.:-]{1,128}\z/

      module_function

      # words: whatever the provider says of it, for the log only. status: nil in mid-stream.
      def of(status, words, request_id: nil)
        words = words.to_s.scrub
        code, retryable, sentence = meaning(status, words)
        ProviderError.new(sentence, code: code, retryable: retryable, request_id: clean(request_id),
                                    detail: redact("#{status || "in mid-stream"}: #{words}"))
      end

      def unreachable(error)
        ProviderError.new(UNREACHABLE, code: "provider_unreachable", retryable: true, detail: redact(error.message))
      end

      def timeout(error, request_id: nil)
        ProviderError.timeout(redact(error.message), request_id: clean(request_id))
      end

      # The stream ended without having said that the answer has.
      def broken_off(detail, request_id: nil)
        ProviderError.new(BROKEN_OFF, code: "provider_error", retryable: true, request_id: clean(request_id),
                                      detail: redact(detail))
      end

      # An answer without a word helps nobody, whatever its status says.
      def empty(request_id: nil)
        ProviderError.new(EMPTY, code: "provider_error", retryable: true, request_id: clean(request_id),
                                 detail: "the answer has no text; a reasoning model may have spent all its tokens before it")
      end

      def meaning(status, words)
        case
        when status == 402 || OUT_OF_QUOTA_WORDS.match?(words) then [ "provider_rate_limited", false, OUT_OF_QUOTA ]
        when status == 413 || TOO_LONG_WORDS.match?(words) then [ "provider_error", false, TOO_LONG ]
        when status == 401 || status == 403 then [ "provider_unauthorized", false, MISCONFIGURED ]
        when status == 429 then [ "provider_rate_limited", true, RATE_LIMITED ]
        when status == 408 || status == 504 then [ "timeout", true, FAILED ]
        when status == 503 || status == 529 || words.include?("overloaded") then [ "provider_error", true, BUSY ]
        when status.nil? || status >= 500 || status == 409 || status == 425 then [ "provider_error", true, FAILED ]
        else [ "provider_error", false, MISCONFIGURED ]
        end
      end
      private_class_method :meaning

      # Shown to visitors, so it must look like an id.
      def clean(request_id)
        request_id if request_id.is_a?(String) && REQUEST_ID.match?(request_id)
      end
      private_class_method :clean

      # One line, not endless, and without a key, whole or as OpenAI quotes it in part.
      def redact(text)
        text.to_s.scrub.gsub(/\bsk-[\w*.…-]+/, "[key]").gsub(/\bBearer\s+\S+/i, "Bearer [key]").squish.truncate(MOST_DETAIL)
      end
      private_class_method :redact
    end
  end
end
