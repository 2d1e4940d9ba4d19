# frozen_string_literal: true

module CableChat
  # Whom a request belongs to. This file is yours: say in `signed_in` how your application knows its users.
  #
  # Here, the chat is for signed-in users only, and the cable is opened with the page's cookies. So it must be on the page's own
  # site (cable.example.com for www.example.com).
  module Identity
    module_function

    # The visitor, or nil for nobody. Called for requests of pages and actions, and with the handshake of the cable: so with
    # nothing but its cookies, its session and its headers.
    def of(request)
      signed_in(request)
    end

    # As `of`, where a response can set a cookie. Nobody becomes a visitor but by signing in.
    def welcome(request)
      signed_in(request)
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

    # The signed-in user's visitor, or nil. Another way than a user_id in the session:
    #
    #   Rails' own authentication: user = Session.find_by(id: request.cookie_jar.signed[:session_id])&.user
    #   Devise:                    user = request.env["warden"]&.user
    #
    #   Visitor.user(user) if user
    def signed_in(request)
      user_id = request.session[:user_id]
      Visitor.user(user_id) if user_id
    end
    private_class_method :signed_in
  end
end
