# frozen_string_literal: true

module CableChat
  # The chat protocol over Action Cable. Needs `visitor` from the connection, and `conversation_id`, a UUID, from the page.
  #
  # Subscribing proves nothing and needs no proof: the stream's name contains the visitor, so a conversation of somebody else's is
  # a silent stream. Whose it is decides each action, and refuses it as `forbidden`, which tells the client to begin another one.
  # A rejected subscription could not say so, and a session that AnyCable restores runs no `subscribed` at all: nothing but the
  # stream may depend on it.
  module ConversationChannel
    extend ActiveSupport::Concern

    Action::FIELDS.each_key do |name|
      define_method(name) { |data| perform_chat_action(name, data) }
    end

    # Every action is answered, also one that does not exist. Action Cable would only log it.
    def perform_action(data)
      name = data["action"] if data.is_a?(Hash)
      known = name.is_a?(String) && self.class.action_methods.include?(name)
      known || subscription_rejected? ? super : perform_chat_action(name, data)
    end

    private
      def subscribed
        if Uuid.valid?(conversation_id)
          stream_from Stream.name_for(visitor, conversation_id)
        else
          reject
        end
      end

      def perform_chat_action(name, data)
        return unless Uuid.valid?(conversation_id) # its subscription was rejected

        Actions.perform(visitor: visitor, conversation_id: conversation_id, action: name, data: data) { |frame| transmit(frame) }
      end

      def conversation_id
        params[:conversation_id]
      end
  end
end
