# frozen_string_literal: true

module CableChat
  # What the model is told: the turns of the thread that leads to the question, the newest that fit the budget beside the system
  # prompt. They are kept or dropped in pairs, so that no question stands without its answer and no answer without its question;
  # a pair whose answer failed, or has no text, is left out. The question itself is always sent.
  class Context
    def initialize(question, system: CableChat.config.system_prompt, tokens: CableChat.config.context_tokens)
      @question = question
      @texts = Text.new
      @left = tokens - TokenEstimate.of_turn(system)
    end

    # [{ role: "user" | "assistant", content: String }], oldest first.
    def turns
      asked = turn(@question)
      @left -= cost(asked)
      [ *earlier_turns, asked ]
    end

    private
      def earlier_turns
        pairs_above.map { |pair| pair.map { |message| turn(message) } }
          .take_while { |pair| (@left -= pair.sum { |turn| cost(turn) }) >= 0 }
          .to_a.reverse.flatten(1)
      end

      # Nearest first, and read only as far as the budget goes.
      def pairs_above
        ids = MessageTree.of(@question.conversation).ancestors(@question.id)
        ids.each_slice(2).lazy.map { |pair| pair.map { |id| Message.find(id) }.reverse }
          .select { |question, answer| answer && answer.status != "failed" && answer.bytes.positive? && question.question? }
      end

      def turn(message)
        { role: message.role, content: @texts.whole(message) }
      end

      def cost(turn)
        TokenEstimate.of_turn(turn[:content])
      end
  end
end
