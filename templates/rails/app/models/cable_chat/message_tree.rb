# frozen_string_literal: true

module CableChat
  # A conversation's messages as a tree: each is in reply to the one before. `regenerate` and `edit` make forks, at which the
  # thread that is shown goes to the newest.
  class MessageTree
    def self.of(conversation)
      new(conversation.messages.in_order.pluck(:id, :in_reply_to))
    end

    # rows: [id, in_reply_to], in the order of their positions.
    def initialize(rows)
      @parents = rows.to_h
      @newest_replies = rows.to_h { |id, parent| [ parent, id ] }
    end

    # The last message of the thread that is shown; nil: there is none.
    def leaf
      last = nil
      while (reply = @newest_replies[last])
        last = reply
      end
      last
    end

    # The messages above this one, nearest first.
    def ancestors(id)
      above = []
      while (id = @parents[id])
        above << id
      end
      above
    end
  end
end
