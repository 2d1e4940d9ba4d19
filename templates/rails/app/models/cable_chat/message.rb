# frozen_string_literal: true

module CableChat
  # A question (role "user") or an answer (role "assistant"). Its text is in its pieces.
  class Message < ApplicationRecord
    include Answer

    belongs_to :conversation

    attribute :error, :json

    scope :questions, -> { where(role: "user") }
    scope :answers, -> { where(role: "assistant") }
    scope :in_order, -> { order(:position) }
    scope :of_owner, ->(owner) { where(conversation_id: Conversation.where(owner: owner).select(:id)) }

    class << self
      # Both take a position, so only in Conversation.hold.

      def ask!(conversation, id:, in_reply_to:, text:)
        place!(conversation, id: id, role: "user", status: "complete", in_reply_to: in_reply_to,
                             bytes: text.bytesize, folded: true).tap { |message| Piece.append(id, 0, text) }
      end

      # An answer that waits for its job.
      def queue!(conversation, id:, in_reply_to:)
        place!(conversation, id: id, role: "assistant", status: "queued", in_reply_to: in_reply_to).tap do |message|
          where(id: id).update_all(deadline: DatabaseClock.in(CableChat.config.queue_timeout))
        end
      end

      private
        def place!(conversation, **attributes)
          create!(conversation: conversation, position: conversation.next_position!, **attributes)
        end
    end

    def question?
      role == "user"
    end

    def answer?
      role == "assistant"
    end

    # As an entry of a snapshot, with a part of its text.
    def to_entry(offset, content)
      {
        id: id,
        role: role,
        status: status,
        position: position,
        in_reply_to: in_reply_to,
        offset: offset,
        content: content,
        bytes: (bytes if final?),
        reason: reason,
        error: error,
        feedback: ({ value: feedback, at: feedback_at } if feedback_at),
        created_at: (created_at.to_r * 1000).to_i
      }.reject { |name, value| value.nil? && name != :in_reply_to }
    end
  end
end
