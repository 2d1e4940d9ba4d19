# frozen_string_literal: true

module CableChat
  # What a conversation is read by. Creates nothing: one that does not exist is empty.
  class Reading
    PROTOCOL_VERSION = 1
    # The actions beyond `resume` and `ask` that are understood.
    FEATURES = %w[history regenerate edit stop feedback].freeze
    # Most messages of one resume, however short they are. The client resumes again for more.
    MOST_MESSAGES = 250

    def initialize(conversation_id)
      @conversation_id = conversation_id
      @messages = Message.where(conversation_id: conversation_id)
      # Positions become visible in their order: everything up to this one can be read from now on.
      @last = Conversation.where(id: conversation_id).pick(:last_position) || 0
    end

    def hello(visitor)
      {
        type: "hello",
        conversation_id: @conversation_id,
        v: PROTOCOL_VERSION,
        user: visitor.id,
        features: FEATURES,
        limits: Limits.to_frame
      }
    end

    def resume(since:, cursors:)
      # A client that knows later positions than there are has outlived a database that was set back: it begins anew.
      since = nil if since && since > @last
      page = since ? after(since) : newest_before(@last + 1, page_size)
      first = page.first&.position || @last + 1
      low = since ? since + 1 : (older?(first) ? first : 0)
      high = since && page.size == MOST_MESSAGES ? page.last.position : @last
      Snapshot.resume(@conversation_id, messages: named(cursors.keys, first) + page, cursors: cursors,
                                        low: low, high: high, beyond: high < @last)
    end

    def history(before:, limit:)
      limit = (limit || page_size).clamp(1, page_size)
      # Beyond the last position nothing may be covered: what comes there later would count as known.
      before = [ before, @last + 1 ].min
      # One more than asked for, to know whether anything is older.
      messages = newest_before(before, limit + 1).reverse
      Snapshot.history(@conversation_id, messages: messages.first(limit), before: before, oldest: messages.size <= limit)
    end

    private
      def after(position)
        @messages.where("position > ?", position).where(position: ..@last).in_order.limit(MOST_MESSAGES).to_a
      end

      # Oldest first.
      def newest_before(position, limit)
        @messages.where("position < ?", position).order(position: :desc).limit(limit).reverse
      end

      def older?(position)
        @messages.exists?([ "position < ?", position ])
      end

      # The unfinished answers of the client that are not on the page.
      def named(ids, first)
        ids.empty? ? [] : @messages.answers.where(id: ids).where("position < ?", first).in_order.to_a
      end

      def page_size
        CableChat.config.page_messages
      end
  end
end
