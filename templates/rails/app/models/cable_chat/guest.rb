# frozen_string_literal: true

module CableChat
  # Visitors who have not signed in: a random key in a signed cookie, which scripts of the page cannot read.
  #
  # The cookie is the credential. The id that is made from its key opens nothing, since nobody can sign a cookie with it.
  module Guest
    COOKIE = :cable_chat_guest
    KEY = /\A\h{8}-\h{4}-\h{4}-\h{4}-\h{12}\z/

    # The longest that browsers keep a cookie.
    LIFETIME = 400.days

    module_function

    # The guest that the request comes from; nil, if it has no cookie of ours.
    def of(request)
      key = request.cookie_jar.signed[COOKIE]
      Visitor.guest(key) if key.is_a?(String) && KEY.match?(key)
    end

    # The same, and a cookie for whoever has none. Only where the response is still to be sent: never from a socket's handshake.
    def welcome(request)
      of(request) || Visitor.guest(mint(request))
    end

    def mint(request)
      SecureRandom.uuid.tap do |key|
        request.cookie_jar.signed[COOKIE] = {
          value: key, expires: LIFETIME, httponly: true, same_site: :lax, secure: request.ssl?
        }
      end
    end
    private_class_method :mint
  end
end
