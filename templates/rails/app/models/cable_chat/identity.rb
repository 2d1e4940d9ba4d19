# frozen_string_literal: true

module CableChat
  # Whom a request belongs to. This file is yours: say in `signed_in` how your application knows its users.
  #
  # Here, whoever is signed in is that user, and everybody else a guest; the cable is opened with the page's cookies. So it must
  # be on the page's own site (cable.example.com for www.example.com), and pages with the chat must not be cached for others.
  module Identity
    module_function

    # The visitor, or nil for nobody. Called for requests of pages and actions, and with the handshake of the cable: so with
    # nothing but its cookies, its session and its headers.
    def of(request)
      signed_in(request) || Guest.of(request)
    end

    # As `of`, where a response can set a cookie: a visitor who is new becomes a guest.
    def welcome(request)
      signed_in(request) || Guest.welcome(request)
    end

    # Whether the widget opens the cable with a token, rather than with the page's cookies.
    def tokens?
      false
    end

    # What others may call a user, or nil. `key` is the text of what `Visitor.user` got: the record's id. Say it here, and
    # everybody in the same room of ChatChannel sees it:
    #
    #   User.find_by(id: key)&.name
    def name_of(_key)
      nil
    end

    # The signed-in user's visitor, or nil. Take the line that fits your application:
    #
    #   Rails' own authentication: user = Session.find_by(id: request.cookie_jar.signed[:session_id])&.user
    #   Devise:                    user = request.env["warden"]&.user
    #   has_secure_password:       user = User.find_by(id: request.session[:user_id])
    #
    #   Visitor.user(user) if user
    def signed_in(_request)
      nil
    end
    private_class_method :signed_in
  end
end
