# frozen_string_literal: true

module CableChat
  module Providers
    # Whatever the gem ruby_llm is configured for (RubyLLM.configure): https://rubyllm.com
    class RubyLlm
      # Raised inside the gem's callback, to get out of it.
      class Stopped < StandardError; end

      def initialize(model: nil)
        @model = model.presence
      end

      # max_tokens goes along as the API of the model's provider calls it; most take this name.
      def stream(messages:, system:, max_tokens:, stop:)
        *earlier, question = messages
        spoke = false
        response = chat(earlier, system, max_tokens).ask(question[:content]) do |chunk|
          raise Stopped if stop.call

          text = chunk.content.to_s
          spoke ||= !text.empty?
          yield text
        end
        raise Failure.empty unless spoke

        finish_of(response)
      rescue Stopped
        "stop"
      rescue ::RubyLLM::Error => error
        raise Failure.of(error.try(:response)&.status, error.message)
      rescue Faraday::TimeoutError => error
        raise Failure.timeout(error)
      rescue Faraday::Error => error
        raise spoke ? Failure.broken_off(error.message) : Failure.unreachable(error)
      end

      private
        def chat(earlier, system, max_tokens)
          chat = @model ? ::RubyLLM.chat(model: @model) : ::RubyLLM.chat
          chat.with_params(max_tokens: max_tokens) if chat.respond_to?(:with_params)
          chat.with_instructions(system) if system.present?
          earlier.each { |turn| chat.add_message(role: turn[:role].to_sym, content: turn[:content]) }
          chat
        end

        # Known from ruby_llm 2 on; before, an answer that was cut cannot be told from one that was not.
        def finish_of(response)
          case response.try(:finish_reason).to_s
          when "length", "max_tokens", "MAX_TOKENS" then "length"
          when "content_filter", "refusal", "SAFETY" then "content_filter"
          else "stop"
          end
        end
    end
  end
end
