# frozen_string_literal: true

module CableChat
  # POST /cable_chat/actions: the actions of a chat whose frames come over a signed stream rather than over AssistantChannel.
  #
  #   {"action": "ask", "conversation_id": "…", "client_id": "…", "message": "…"} → {"frames": […]}
  #
  # `frames` are what the channel would have transmitted to the caller, in order. One action more than the channel has, `stream`,
  # answers with the `signed_stream_name` of that conversation, as the caller hears it.
  # The caller is who has the cookie, or the bearer of a token. Refusals of the chat itself are frames; those of HTTP are
  # {"error": {"code", "message"}} with 400, 401 (`unauthorized`, `token_expired`), 403, 413 or 415.
  class ActionsController < EndpointController
    # As much as a frame from a client over the cable may have.
    MOST_BYTES = 64 * 1024

    before_action :require_visitor
    before_action :require_conversation

    def create
      return render(json: { frames: [], signed_stream_name: signed_stream_name }) if action == "stream"

      frames = []
      Actions.perform(visitor: @visitor, conversation_id: conversation_id, action: action, data: body) do |frame|
        frames << frame
      end
      render json: { frames: frames }
    end

    private
      # What is no request for us is refused before Rails parses its body.
      def process_action(*)
        return super if sendable?

        forbid_storing
        refuse_unsendable
      end

      def sendable?
        json? && request.content_length.to_i <= MOST_BYTES
      end

      def refuse_unsendable
        return refuse(413, "too_long", "The request has more than #{MOST_BYTES} bytes.") if json?

        refuse 415, "invalid", "Send JSON, as application/json."
      end

      def json?
        request.media_type == "application/json"
      end

      def require_visitor
        @visitor = bearer_token ? bearer : Identity.of(request)
        refuse 401, "unauthorized", "You are not signed in." if @visitor.nil?
      rescue AnyCable::JWT::ExpiredSignature
        refuse 401, "token_expired", "The token has expired."
      end

      # A token is whatever somebody sent: its head is read before its signature, and may be any JSON.
      def bearer
        visitor = AnyCable::JWT.decode(bearer_token)[:visitor]
        visitor if visitor.is_a?(Visitor)
      rescue AnyCable::JWT::ExpiredSignature
        raise
      rescue AnyCable::JWT::DecodeError, ArgumentError, KeyError, NoMethodError, TypeError
        nil
      end

      def require_conversation
        return if action.is_a?(String) && Uuid.valid?(conversation_id)

        refuse 400, "invalid", "Name the action, and the conversation by its UUID."
      end

      # Not `params`: they would be other than what was sent, with the route's among them and empty lists made nil.
      def body
        @body ||= JSON.parse(request.raw_post).then { |parsed| parsed.is_a?(Hash) ? parsed : {} }
      rescue JSON::ParserError
        raise ActionDispatch::Http::Parameters::ParseError
      end

      def action
        body["action"]
      end

      def conversation_id
        body["conversation_id"]
      end

      def signed_stream_name
        AnyCable::Streams.signed(Stream.name_for(@visitor, conversation_id))
      end
  end
end
