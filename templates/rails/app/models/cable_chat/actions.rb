# frozen_string_literal: true

module CableChat
  # One action, from what came over the wire to what it does.
  #
  # The order is the protocol's: check; authorise; close what is past its deadline; a known id gets its present state, and its
  # queued answer is enqueued again; then limits; then one transaction; after its commit broadcast, transmit, enqueue. So an
  # accepted action is never refused, and a crash between commit and enqueue heals.
  class Actions
    # visitor: who acts, from the connection and never from the data; its `id` is opaque.
    # conversation_id: a UUID. data: the decoded JSON; anything may be in it.
    #
    # Yields each frame that is for the caller, before it returns. Never raises for what a client sends, nor for a database
    # that fails: every refusal is a frame, and what went wrong is reported to Rails.error.
    def self.perform(visitor:, conversation_id:, action:, data:, &transmit)
      new(visitor, conversation_id, data.is_a?(Hash) ? data : {}, transmit).perform(action)
    end

    def initialize(visitor, conversation_id, data, transmit)
      @visitor = visitor
      @conversation_id = conversation_id
      @ids = Action.ids(data)
      @data = data
      @transmit = transmit
    end

    def perform(name)
      reporting(name) do
        @action = Action.new(name, @data)
        next refuse(Refusal::FORBIDDEN) unless allowed?

        Closing.close_overdue
        @action.asking? ? accept : send(name)
      end
    end

    private
      attr_reader :conversation_id

      def reporting(name)
        yield
      rescue Action::Malformed => error
        refuse(Refusal.invalid(error.message))
      rescue StandardError => error
        raise if @acknowledged

        Rails.error.report(error, handled: true, context: { action: name, conversation_id: conversation_id })
        refuse(Refusal::INTERNAL)
      end

      # A conversation that does not exist is everybody's: its first `ask` decides whose.
      def allowed?
        owner = Conversation.where(id: conversation_id).pick(:owner)
        owner.nil? || owner == @visitor.id
      end

      def accept
        acceptance = Acceptance.new(@visitor, conversation_id, @action).save
        return refuse(acceptance.refusal) if acceptance.refusal

        # Everybody, and the caller once more: its own subscription may not have the broadcast yet.
        Stream.broadcast(@visitor.id, acceptance.frame) if acceptance.new?
        transmit(acceptance.frame)
        acceptance.waiting.each { |message| enqueue(message) }
      end

      # The answer is stored, and the sweep enqueues it again; so this is no reason to refuse what was accepted.
      def enqueue(message)
        AnswerJob.perform_later(message.id)
      rescue StandardError => error
        Rails.error.report(error, handled: true, context: { message_id: message.id })
      end

      def resume
        reading = Reading.new(conversation_id)
        snapshot = reading.resume(since: @action[:since], cursors: @action[:cursors])
        [ reading.hello(@visitor), snapshot ].each { |frame| transmit(frame) }
      end

      def history
        transmit(Reading.new(conversation_id).history(before: @action[:before], limit: @action[:limit]))
      end

      def stop
        on_answer { |message| Closing.announce(message.close_as_stopped, @visitor.id) }
      end

      # The visitor's latest word: one with a smaller or equal counter changes nothing.
      def feedback
        on_answer do |message|
          Message.where(id: message.id).where("feedback_at IS NULL OR feedback_at < ?", @action[:at])
            .update_all(feedback: @action[:value], feedback_at: @action[:at])
        end
      end

      def on_answer
        answers = Message.answers.where(conversation_id: conversation_id)
        message = answers.find_by(id: @action[:message_id])
        return refuse(Refusal::UNKNOWN_MESSAGE) unless message

        yield message
        transmit(Snapshot.of(conversation_id, [ answers.find(message.id) ]))
      end

      def refuse(refusal)
        transmit(refusal.to_frame(conversation_id, **@ids))
      end

      # From here on the caller has an answer, and a refusal would contradict it.
      def transmit(frame)
        @acknowledged = true
        @transmit.call(frame)
      end
  end
end
