# frozen_string_literal: true

module CableChat
  module Providers
    # OpenAI, and every server that speaks its API (Ollama, vLLM, LM Studio, OpenRouter …), through the gem ruby-openai.
    # https://platform.openai.com/docs/api-reference/chat-streaming
    #
    # An answer is complete only if the server said so, by a finish_reason: a stream that merely ends is a failure.
    class Openai
      DEFAULT_MODEL = "gpt-4.1-mini"
      DEFAULT_BASE_URL = "https://api.openai.com/v1"

      LENGTH = %w[length max_tokens model_length].freeze
      CONTENT_FILTER = %w[content_filter safety].freeze

      # Raised inside the gem's callback, to get out of it.
      class Stopped < StandardError; end

      def initialize(model: nil, api_key: ENV["OPENAI_API_KEY"], base_url: ENV["OPENAI_BASE_URL"])
        @model = model.presence || ENV["OPENAI_MODEL"].presence || DEFAULT_MODEL
        @api_key = api_key.presence
        @base_url = base_url.presence || DEFAULT_BASE_URL
      end

      def stream(messages:, system:, max_tokens:, stop:, &take)
        @finish = @request_id = nil
        @spoke = false
        client.chat(parameters: parameters(messages, system, max_tokens, ->(chunk) { read(chunk, stop, take) }))
        raise Failure.broken_off("the stream ended without a finish_reason", request_id: @request_id) unless @finish
        raise Failure.empty(request_id: @request_id) unless @spoke || @finish == "content_filter"

        @finish
      rescue Stopped
        "stop"
      rescue Faraday::Error, JSON::ParserError => error
        # After the end that was told, nothing that happens to the connection takes anything from the answer.
        @finish || raise(failure(error))
      end

      private
        # No retries: they would cost twice, sleep through Stop, and be unknown to every deadline. The generation has time-outs of
        # its own, which know a model that thinks from one that is gone.
        def client
          OpenAI::Client.new(access_token: @api_key || "no-key", uri_base: @base_url, log_errors: false,
                             request_timeout: CableChat.config.answer_timeout.to_i)
        end

        def parameters(messages, system, max_tokens, reader)
          messages = [ { role: "system", content: system }, *messages ] if system.present?
          { model: @model, messages: messages, limit_name => max_tokens, stream: reader }
        end

        # OpenAI's own reasoning models refuse the old name; many other servers know nothing else.
        def limit_name
          URI(@base_url).host.to_s.end_with?("openai.com", "openai.azure.com") ? :max_completion_tokens : :max_tokens
        end

        def read(chunk, stop, take)
          raise Stopped if stop.call

          @request_id ||= chunk["id"] if chunk.is_a?(Hash)
          complain(chunk)
          choice = Array(chunk["choices"]).grep(Hash).find { |one| one.fetch("index", 0).to_i.zero? } || {}
          text = text_of(choice["delta"])
          @spoke ||= !text.empty?
          take.call(text)
          @finish ||= finish_of(choice["finish_reason"])
        end

        # Some servers report a failure within a stream whose status was 200.
        def complain(chunk)
          error = chunk.is_a?(Hash) ? chunk["error"] || (chunk if chunk["object"] == "error") : { "message" => "no object" }
          raise Failure.of(nil, error.to_json, request_id: @request_id) if error
        end

        # A refusal is what the model answers; what it thinks is not.
        def text_of(delta)
          return "" unless delta.is_a?(Hash)

          [ delta["content"], delta["refusal"] ].grep(String).join
        end

        # Servers have words of their own; any word means that the model ended the answer.
        def finish_of(reason)
          case reason
          when nil, "" then nil
          when *LENGTH then "length"
          when *CONTENT_FILTER then "content_filter"
          when "error" then raise Failure.of(nil, "finish_reason error", request_id: @request_id)
          else "stop"
          end
        end

        def failure(error)
          case error
          when Faraday::ConnectionFailed then @request_id ? Failure.broken_off(error.message) : Failure.unreachable(error)
          when Faraday::TimeoutError then Failure.timeout(error)
          when JSON::ParserError then Failure.broken_off("an event is not JSON", request_id: @request_id)
          else refused(error)
          end
        end

        def refused(error)
          return Failure.broken_off(error.message, request_id: @request_id) unless error.response_status

          headers = error.response_headers || {}
          Failure.of(error.response_status, words(error.response_body), request_id: headers["x-request-id"] || @request_id)
        end

        def words(body)
          body.is_a?(Hash) ? body.fetch("error", body).to_json : body.to_s
        end
    end
  end
end
