# frozen_string_literal: true

module CableChat
  # The elements in a view. They are configured by attributes alone, so they work under a strict content security policy.
  module TagHelper
    # <cable-chat>, and, once a page, the script that makes it one.
    #
    #   cable_chat_tag
    #   cable_chat_tag heading: "Ask us", channel_params: { room: 42 }, class: "panel"
    #   cable_chat_tag actions_url: cable_chat_actions_path      # frames over a signed stream, without a channel
    #
    # Every option becomes an attribute, underscores as dashes; hashes become JSON. See the widget's README for what there is.
    # With a block, its content goes into the element's slots. `script: false`: the page's own JavaScript imports "cable-chat".
    def cable_chat_tag(script: true, **attributes, &block)
      attributes = { channel: CableChat.config.channel, **attributes } unless attributes.key?(:actions_url)
      cable_chat_element("cable-chat", script, attributes) { cable_chat_inside(&block) if block }
    end

    # <cable-presence>: who is here.
    #
    #   cable_presence_tag channel: "ChatChannel", channel_params: { room_id: "lobby" }
    #   cable_presence_tag for: "chat"                           # shares the connection of <cable-chat id="chat">
    #   cable_chat_tag do                                        # and so it does inside of a chat
    #     cable_presence_tag slot: "header", channel: "ChatChannel", channel_params: { room_id: "lobby" }
    #   end
    #
    # Without a channel of its own it takes the chat's, which has no list here: a conversation is one visitor's.
    def cable_presence_tag(script: true, **attributes, &block)
      cable_chat_element("cable-presence", script, attributes, &block)
    end

    private
      def cable_chat_element(name, script, attributes, &block)
        attributes = cable_chat_connection(attributes).merge(attributes)
        # Where the cable is opened with cookies, the visitor needs one before the socket: its handshake can set none.
        Identity.welcome(request) unless Identity.tokens?
        # Before the content, which may have elements of ours that would write it into a slot.
        script = cable_chat_script if script
        element = content_tag(name, block ? capture(&block) : nil, cable_chat_attributes(attributes))
        safe_join([ script.presence, element ].compact, "\n")
      end

      # The content of a chat: presence in it is the chat's.
      def cable_chat_inside
        around, @cable_chat_inside = @cable_chat_inside, true
        yield
      ensure
        @cable_chat_inside = around
      end

      # What shares the connection of another element has none of its own: by the smallest part of one, it would not share.
      def cable_chat_connection(attributes)
        return {} if attributes.key?(:for) || @cable_chat_inside

        {
          url: ActionCable.server.config.url,
          token_url: (cable_chat_token_path if Identity.tokens?),
          # Action Cable's own server, as in system tests, knows no other.
          protocol: ("actioncable-v1-json" unless AnyCable::Rails.enabled?)
        }
      end

      def cable_chat_attributes(attributes)
        attributes.compact.to_h do |name, value|
          [ name.to_s.dasherize, value.is_a?(Hash) && %i[data aria].exclude?(name) ? value.to_json : value ]
        end
      end

      def cable_chat_script
        return if @cable_chat_script

        @cable_chat_script = true
        javascript_include_tag("cable-chat", type: "module")
      end
  end
end
