# frozen_string_literal: true

module CableChat
  # POST /cable_chat/token → {"token": "…", "expires_in": 300}: what the widget opens the cable with.
  #
  # 401 for whoever is nobody here. The token says who its bearer is, and nothing else, until it expires; so it is never put
  # into a page, which may be cached, and never into an address, which may be logged.
  class TokensController < EndpointController
    def create
      visitor = Identity.welcome(request)
      return refuse(401, "unauthorized", "You are not signed in.") if visitor.nil?

      lifetime = AnyCable.config.jwt_ttl
      render json: { token: AnyCable::JWT.encode({ visitor: visitor }, ttl: lifetime), expires_in: lifetime }
    end

    private
      # The one endpoint that mints tokens takes none: whoever holds a stolen one must not be able to renew it for ever.
      def bearer_token
        nil
      end
  end
end
