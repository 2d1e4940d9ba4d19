# frozen_string_literal: true

# One prompt, one streamed answer: for pages with a client of their own. It listens for `chunk` frames with `content`, then
# `complete`, as ever; and with their offsets, message ids and `resume` it can be as exact as <cable-chat> is.
#
# The answer is generated in a job. An action that lasts would block its client's next command, or be cut off by AnyCable's RPC.
class LlmStreamChannel < ApplicationCable::Channel
  include CableChat::ConversationChannel

  def generate(data)
    ask("client_id" => data["client_id"] || CableChat::Uuid.mint, "message" => data["prompt"])
  end

  private
    # A page that names no conversation has one for each of its visitors.
    def conversation_id
      params[:conversation_id] || Digest::UUID.uuid_v5(Digest::UUID::URL_NAMESPACE, "#{self.class.name}:#{visitor.id}")
    end
end
