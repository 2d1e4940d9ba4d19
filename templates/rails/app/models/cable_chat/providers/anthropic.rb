# frozen_string_literal: true

require "net/http"

module CableChat
  module Providers
    # Anthropic's Messages API, without a gem: https://docs.anthropic.com/en/docs/build-with-claude/streaming
    class Anthropic
      DEFAULT_MODEL = "claude-sonnet-4-5"
      DEFAULT_BASE_URL = "https://api.anthropic.com"
      VERSION = "2023-06-01"

      UNREACHABLE = [ SocketError, SystemCallError, OpenSSL::SSL::SSLError, Net::OpenTimeout ].freeze
      BROKEN_OFF = [ IOError, SystemCallError, OpenSSL::SSL::SSLError, Net::HTTPBadResponse, JSON::ParserError,
                     EventStream::TooLong ].freeze

      # Raised inside Net::HTTP's callback, to get out of it without reading to the end.
      class Over < StandardError; end

      def initialize(model: nil, api_key: ENV["ANTHROPIC_API_KEY"], base_url: ENV["ANTHROPIC_BASE_URL"])
        @model = model.presence || ENV["ANTHROPIC_MODEL"].presence || DEFAULT_MODEL
        @api_key = api_key.to_s
        @uri = URI.join("#{(base_url.presence || DEFAULT_BASE_URL).chomp("/")}/", "v1/messages")
      end

      def stream(messages:, system:, max_tokens:, stop:, &take)
        @finish = @request_id = nil
        @ended = @spoke = false
        connect do |http|
          http.request(request(messages, system, max_tokens)) { |response| receive(response, stop, take) }
        end
        conclude
      rescue Over
        @ended ? conclude : "stop"
      end

      private
        def connect(&block)
          http = Net::HTTP.new(@uri.host, @uri.port)
          http.use_ssl = @uri.scheme == "https"
          http.open_timeout = 10
          # The generation has time-outs of its own.
          http.read_timeout = CableChat.config.answer_timeout.to_i
          http.max_retries = 0
          begin
            http.start
          rescue *UNREACHABLE => error
            raise Failure.unreachable(error)
          end
          converse(http, &block)
        end

        def converse(http)
          yield http
        rescue Net::ReadTimeout => error
          raise Failure.timeout(error, request_id: @request_id)
        rescue *BROKEN_OFF => error
          raise Failure.broken_off("#{error.class}: #{error.message}", request_id: @request_id)
        ensure
          http.finish if http.started?
        end

        def request(messages, system, max_tokens)
          Net::HTTP::Post.new(@uri, headers).tap do |post|
            body = { model: @model, max_tokens: max_tokens, messages: messages, stream: true }
            body[:system] = system if system.present?
            post.body = body.to_json
          end
        end

        def headers
          { "content-type" => "application/json", "x-api-key" => @api_key, "anthropic-version" => VERSION,
            "accept-encoding" => "identity" }
        end

        def receive(response, stop, take)
          @request_id = response["request-id"]
          # Also a redirect: it would send the visitor's conversation to whatever address a response names.
          raise Failure.of(response.code.to_i, response.body, request_id: @request_id) unless response.is_a?(Net::HTTPOK)

          events = EventStream.new
          response.read_body do |bytes|
            events.feed(bytes) do |data|
              read(JSON.parse(data), take)
              raise Over if @ended || stop.call
            end
          end
        end

        def read(event, take)
          case event["type"]
          when "content_block_delta" then hear(event.dig("delta", "text"), take)
          when "message_delta" then @finish = finish_of(event.dig("delta", "stop_reason")) || @finish
          when "message_stop" then @ended = true
          when "error" then raise Failure.of(nil, event["error"].to_json, request_id: @request_id)
          else take.call("") # a ping, or the beginning of something
          end
        end

        # What it thinks is a delta without a text.
        def hear(text, take)
          @spoke ||= text.present?
          take.call(text.to_s)
        end

        def finish_of(reason)
          case reason
          when nil then nil
          when "max_tokens", "model_context_window_exceeded" then "length"
          when "refusal" then "content_filter"
          else "stop"
          end
        end

        def conclude
          raise Failure.broken_off("the stream ended without message_stop", request_id: @request_id) unless @ended
          raise Failure.empty(request_id: @request_id) unless @spoke || @finish == "content_filter"

          @finish || "stop"
        end
    end
  end
end
