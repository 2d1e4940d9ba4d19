# frozen_string_literal: true

module CableChat
  # Every way in which an answer can fail at the provider. The message is a safe sentence, shown to the visitor; `detail` is for
  # whoever runs the application, and goes to Rails.error.
  class ProviderError < StandardError
    CODES = %w[provider_unauthorized provider_rate_limited provider_error provider_unreachable timeout].freeze

    attr_reader :code, :retryable, :request_id, :detail

    # request_id: the provider's own name for the request, for its support.
    def initialize(message, code:, retryable:, request_id: nil, detail: nil)
      raise ArgumentError, "code is #{code.inspect}, not one of #{CODES.join(", ")}" unless CODES.include?(code)

      super(message)
      @code = code
      @retryable = retryable
      @request_id = request_id
      @detail = detail
    end

    def self.timeout(detail, request_id: nil)
      new("The assistant took too long to answer. Please try again.",
          code: "timeout", retryable: true, request_id: request_id, detail: detail)
    end
  end
end
