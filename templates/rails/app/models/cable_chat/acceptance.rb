# frozen_string_literal: true

module CableChat
  # Stores a question and its queued answer, or another queued answer, exactly once per client_id.
  #
  # The lock on the conversation is held from the look at the id to the commit: of two equal asks at the same time, one finds
  # the other's id known, and positions become visible in the order of their numbers. A known id comes before the limits, so
  # that what was accepted is never refused later.
  class Acceptance
    # The messages, as they were stored by this action or when it came before, or why it is refused.
    attr_reader :messages, :refusal

    # The snapshot that tells them. Made inside the transaction: what is committed must not fail for want of reading it back.
    attr_reader :frame

    def initialize(visitor, conversation_id, action)
      @visitor = visitor
      @conversation_id = conversation_id
      @action = action
    end

    def new?
      @new
    end

    def save
      attempts ||= 1
      Conversation.hold(@conversation_id, @visitor.id) { |conversation| settle(conversation) }
      self
    rescue ActiveRecord::RecordNotUnique, ActiveRecord::TransactionRollbackError
      # Somebody took the client_id in another conversation meanwhile, whose lock is another: now it is known. Or the database
      # found a deadlock, and chose us.
      (attempts += 1) <= 2 ? retry : raise
    end

    def waiting
      messages.select { |message| message.status == "queued" }
    end

    private
      def settle(conversation)
        @messages = []
        @new = false
        @refusal = foreign(conversation) || recognise(conversation) || refuse(conversation)
        # The conversation was made for this action, too.
        raise ActiveRecord::Rollback if refusal

        store(conversation) if messages.empty?
        @frame = Snapshot.of(@conversation_id, messages)
      end

      # Tested before, too; but only under the lock nobody else can create the conversation in between.
      def foreign(conversation)
        Refusal::FORBIDDEN unless conversation.owner == @visitor.id
      end

      def recognise(conversation)
        known = Message.find_by(id: @action[:client_id])
        return unless known
        return Refusal::ID_TAKEN unless known.conversation_id == conversation.id

        answers = known.question? ? conversation.messages.answers.where(in_reply_to: known.id).in_order : []
        @messages = [ known, *answers ]
        nil
      end

      def refuse(conversation)
        return if messages.any?

        Limits.refusal(conversation, text) || (Refusal::UNKNOWN_MESSAGE unless @action.name == "ask" || target(conversation))
      end

      # Only an answer can be regenerated, and only a question edited.
      def target(conversation)
        candidates = @action.name == "regenerate" ? conversation.messages.answers : conversation.messages.questions
        candidates.find_by(id: @action[:message_id])
      end

      def store(conversation)
        @new = true
        parent = @action.name == "ask" ? MessageTree.of(conversation).leaf : target(conversation).in_reply_to
        @messages = @action.name == "regenerate" ? [ queue(conversation, parent) ] : ask(conversation, parent)
      end

      def queue(conversation, parent)
        Message.queue!(conversation, id: @action[:client_id], in_reply_to: parent)
      end

      def ask(conversation, parent)
        question = Message.ask!(conversation, id: @action[:client_id], in_reply_to: parent, text: text)
        [ question, Message.queue!(conversation, id: Uuid.mint, in_reply_to: question.id) ]
      end

      def text
        @action[:message] unless @action.name == "regenerate"
      end
  end
end
