# frozen_string_literal: true

module CableChat
  # What whoever ended an answer owes to everybody else.
  module Closing
    # Most answers that one action closes for all conversations; the sweep and the next ones do the rest.
    MOST_OVERDUE = 100

    module_function

    # Tells the end of an answer, and folds its log. Nil, when somebody else was first, is nothing to tell.
    def announce(message, owner = message&.conversation&.owner)
      return unless message

      Stream.broadcast(owner, complete_frame(message))
      fold(message)
    end

    # Ends what is past its deadline, in all conversations: a dead answer in another one must not keep its owner busy either.
    # A database that cannot be written must not keep anybody from reading.
    def close_overdue
      Message.overdue.limit(MOST_OVERDUE).each { |message| announce(message.close_as_interrupted) }
    rescue ActiveRecord::ActiveRecordError => error
      Rails.error.report(error, handled: true, context: { what: "answers past their deadline could not be closed" })
    end

    def fold(message)
      message.fold
    rescue ActiveRecord::ActiveRecordError => error
      # Its readers do not depend on it, and the sweep tries again.
      Rails.error.report(error, handled: true, severity: :warning, context: { message_id: message.id })
    end

    def complete_frame(message)
      {
        type: "complete",
        conversation_id: message.conversation_id,
        message_id: message.id,
        status: message.status,
        bytes: message.bytes,
        reason: message.reason,
        error: message.error
      }.compact
    end
  end
end
