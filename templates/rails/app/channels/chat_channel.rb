# frozen_string_literal: true

# Who is in a room: for <cable-presence>. Presence is kept by AnyCable; a visitor whose connection is lost leaves after its
# presence_ttl, and one who unsubscribes leaves at once.
class ChatChannel < ApplicationCable::Channel
  include AnyCable::Rails::Channel::Presence

  ROOM_ID = /\A[\w-]{1,64}\z/

  # What is public in a channel is an action that any client can perform, and say whom it likes.
  private(*AnyCable::Rails::Channel::Presence.public_instance_methods(false))

  private
    def subscribed
      return reject unless may_enter?(params[:room_id])

      stream_from "cable_chat:room:#{params[:room_id]}"
      join_presence(id: visitor.id, info: presence_info)
    end

    # Rooms are open to all visitors. Ask your own models here if yours are not.
    def may_enter?(room_id)
      room_id.is_a?(String) && ROOM_ID.match?(room_id)
    end

    # What everybody in the room may know of the visitor.
    def presence_info
      { name: visitor.name }.compact
    end
end
