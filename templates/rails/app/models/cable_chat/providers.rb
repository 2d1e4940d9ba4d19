# frozen_string_literal: true

module CableChat
  # The models that answer. Each is an object with one method:
  #
  #   stream(messages:, system:, max_tokens:, stop:) { |text| … } # => "stop", "length" or "content_filter"
  #
  # messages: [{ role: "user" | "assistant", content: String }], oldest first; the last is the question.
  # system: the system prompt, which may be empty. max_tokens: of the answer.
  # stop: returns true as soon as nobody wants the answer any more; then it may end in any way.
  #
  # It yields the text as it comes (an empty one is a sign of life of a model that thinks), returns how the answer ended, and
  # raises a ProviderError that is fit for the visitor. It is called in a thread of its own, which is killed if it hangs.
  module Providers
    NAMES = {
      "demo" => "Demo",
      "openai" => "Openai",
      "ruby_llm" => "RubyLlm",
      "anthropic" => "Anthropic"
    }.freeze

    module_function

    # The provider of the settings. Raises a ConfigError.
    def current
      provider = CableChat.config.provider
      return provider if provider.respond_to?(:stream)

      const_get(class_name(provider)).new(model: CableChat.config.model)
    end

    def name_of(provider)
      provider.class.name || "provider"
    end

    def class_name(name)
      NAMES.fetch(name.to_s) do
        raise ConfigError, "CableChat: provider is #{name.inspect}; write one of #{NAMES.keys.join(", ")}, " \
                           "or an object with #stream."
      end
    end
    private_class_method :class_name
  end
end
