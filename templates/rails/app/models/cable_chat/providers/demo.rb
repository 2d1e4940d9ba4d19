# frozen_string_literal: true

module CableChat
  module Providers
    # A model without a model: it makes its answers up of the question, and needs no key and no network. The same conversation
    # always gets the same answer.
    #
    # Say "long" for a long answer ("long, 3000 words"), "fail" for one that breaks off.
    class Demo
      DEFAULT_TOKENS_PER_SECOND = 40
      MOST_WORDS = 50_000

      SECTIONS = [
        <<~MARKDOWN,
          ## A list

          1. **Ask.** The question is stored with its answer, which is empty yet.
          2. **Stream.** Each piece is stored, and then sent.
          3. **Check.** The end says how many bytes there are: with fewer, the page asks for the rest.
        MARKDOWN
        <<~MARKDOWN,
          ## Some code

          ```ruby
          def umbrella(weather)
            weather.rain? ? "☂" : "☀"
          end
          ```

          It returns `"☂"` when it rains. 😀
        MARKDOWN
        <<~MARKDOWN,
          ## A table

          | Text | Characters | Bytes |
          | --- | ---: | ---: |
          | `aé☂😀` | 4 | 10 |
          | `Straße` | 6 | 7 |
        MARKDOWN
        <<~MARKDOWN
          ## A quotation

          > Whatever can be lost will be lost, and whatever comes twice comes thrice.

          So every piece knows where it begins.
        MARKDOWN
      ].freeze

      def initialize(model: nil, tokens_per_second: ENV.fetch("CABLE_CHAT_DEMO_TOKENS_PER_SECOND", DEFAULT_TOKENS_PER_SECOND))
        @pause = 1 / Float(tokens_per_second)
      rescue ArgumentError, TypeError
        raise ConfigError, "CABLE_CHAT_DEMO_TOKENS_PER_SECOND is #{tokens_per_second.inspect}; write a number, such as 40."
      end

      def stream(messages:, system:, max_tokens:, stop:)
        question = messages.last[:content]
        fails = question.match?(/\bfail/i)
        tokens(compose(question, messages.count { |message| message[:role] == "user" })).each_with_index do |token, index|
          return "stop" if stop.call
          return "length" if index >= max_tokens
          raise failure if fails && index == 12

          sleep @pause if @pause.positive?
          yield token
        end
        "stop"
      end

      private
        def compose(question, number)
          words = question[/\blong\b/i] ? [ (question[/(\d+) words/i, 1] || 1_000).to_i, MOST_WORDS ].min : 0
          text = +"You asked, as your question no. #{number}: “#{question.squish.truncate(120)}”. " \
                  "I am the demo model: I know nothing of it, but I can show how an answer arrives.\n\n"
          sections = SECTIONS.rotate(number - 1)
          text << sections.first << "\n" << sections.second
          sections.cycle { |section| text.split.size < words ? text << "\n" << section : break }
          text
        end

        # As a tokeniser would cut it: pieces end in the middle of words, fences and tables.
        def tokens(text)
          text.scan(/ ?[[:alpha:]]{1,6}|\s+|[[:digit:]]+|[^\s[:alnum:]]{1,3}/)
        end

        def failure
          ProviderError.new("The demo model failed because you asked it to.", code: "provider_error", retryable: true,
                                                                              request_id: "demo-failure")
        end
    end
  end
end
