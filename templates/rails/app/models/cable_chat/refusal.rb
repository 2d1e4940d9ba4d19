# frozen_string_literal: true

module CableChat
  # Why an action is refused. The message is a sentence for the visitor.
  Refusal = Struct.new(:code, :message, :retryable) do
    def self.invalid(problem)
      new("invalid", problem, false)
    end

    # client_id and message_id tell the sender which of its actions is meant.
    def to_frame(conversation_id, client_id: nil, message_id: nil)
      frame = { type: "error", conversation_id: conversation_id, client_id: client_id }
      frame[:message_id] = message_id if message_id
      frame.merge(code: code, message: message, retryable: retryable)
    end
  end

  Refusal::FORBIDDEN = Refusal.new("forbidden", "This conversation is not yours.", false).freeze
  # A message elsewhere, and one that does not exist, are the same: nobody learns of others' ids.
  Refusal::UNKNOWN_MESSAGE = Refusal.invalid("There is no such message in this conversation.").freeze
  Refusal::ID_TAKEN = Refusal.invalid("This client_id is taken. Send the message with another one.").freeze
  Refusal::INTERNAL = Refusal.new("internal", "Something went wrong on the server. Please try again later.", true).freeze
end
