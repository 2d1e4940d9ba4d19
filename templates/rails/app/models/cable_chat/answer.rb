# frozen_string_literal: true

module CableChat
  # The life of an answer: queued → streaming → final. Every step is one conditional UPDATE, so that of two who try only one
  # succeeds, on whatever machine; the return value tells who. Only the holder of the lease may write.
  module Answer
    extend ActiveSupport::Concern

    UNFINISHED = %w[queued streaming].freeze

    included do
      scope :unfinished, -> { where(folded: false, status: UNFINISHED) }
      scope :overdue, -> { unfinished.where(arel_table[:deadline].lt(DatabaseClock.now)) }
      scope :held_by, ->(lease) { where(status: "streaming", lease: lease) }
    end

    class_methods do
      # Makes a queued answer the work of this lease. Nil: somebody else has it, or it is final.
      def claim(id, lease)
        claimed = where(id: id, status: "queued").update_all(status: "streaming", lease: lease, deadline: renewal)
        find(id) if claimed == 1
      end

      # The deadline of a lease that is extended now.
      def renewal
        DatabaseClock.in(CableChat.config.lease)
      end
    end

    def final?
      UNFINISHED.exclude?(status)
    end

    # Extends the lease. False: it is lost.
    def renew(lease)
      row.held_by(lease).update_all(deadline: self.class.renewal) == 1
    end

    # Appends a piece at a byte offset, and extends the lease. False: nothing was stored, for the lease is lost, the answer is
    # final, or its text does not end there.
    def append(lease, offset, text)
      transaction do
        grown = row.held_by(lease).where(bytes: offset)
          .update_all(bytes: offset + text.bytesize, deadline: self.class.renewal)
        Piece.append(id, offset, text) if grown == 1
        grown == 1
      end
    end

    # Whether the text of this lease ends at this byte: tells after a broken connection if a commit had come through.
    def grown_to?(lease, bytes)
      row.held_by(lease).exists?(bytes: bytes)
    end

    # Each of these three ends the answer, and returns the row as it is then. Nil: somebody else was first. Whoever ended it
    # tells everybody.

    def close_own(lease, status:, reason: nil, error: nil)
      close(row.held_by(lease), status: status, reason: reason, error: error)
    end

    def close_as_stopped
      close(row.unfinished, status: "stopped")
    end

    # The deadline is tested again: the job may have renewed its lease since it was read.
    def close_as_interrupted
      close(row.overdue, status: "failed", error: Ending::INTERRUPTED.error)
    end

    # Joins the log of a final answer to one piece. Nothing but speed and room depends on it. The first statement takes the
    # lock, so that of two who fold one finds it done.
    def fold
      transaction do
        next unless row.where(folded: false).where.not(status: UNFINISHED).update_all(folded: true) == 1

        text = Text.new.whole(self)
        Piece.where(message_id: id).delete_all
        Piece.append(id, 0, text) unless text.empty?
      end
    end

    private
      def row
        self.class.where(id: id)
      end

      # What is final never changes, so it may be read in a statement of its own.
      def close(condition, status:, reason: nil, error: nil)
        changes = [ "status = ?, reason = ?, error = ?, lease = NULL, deadline = NULL", status, reason, error&.to_json ]
        self.class.find(id) if condition.update_all(changes) == 1
      end
  end
end
