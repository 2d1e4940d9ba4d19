# frozen_string_literal: true

# The chat's settings; all of them, with what they mean, are in app/models/cable_chat/config.rb.
Rails.application.config.to_prepare do
  CableChat.configure do |config|
    # demo (needs no key), openai, ruby_llm or anthropic
    config.provider = ENV.fetch("CABLE_CHAT_PROVIDER", "demo")
    # config.system_prompt = "You help the customers of a bookshop."
    # config.asks_per_minute = 20
  end
end

Rails.application.configure do
  # To try production at home, where there is no HTTPS.
  config.force_ssl = false if ENV["FORCE_SSL"] == "false"

  # The AnyCable server calls Rails at /_anycable, over plain HTTP from inside, and proves itself with a key. Sent away to HTTPS
  # by force_ssl, or refused for its host name, it could call nothing.
  internal = ->(request) { request.path.start_with?("/_anycable/") }
  also_internal = ->(others) { ->(request) { internal.call(request) || others&.call(request) } }
  redirect = config.ssl_options[:redirect]
  unless redirect == false
    redirect = (redirect || {}).merge(exclude: also_internal.call(redirect && redirect[:exclude]))
    config.ssl_options = config.ssl_options.merge(redirect: redirect)
  end
  config.host_authorization =
    config.host_authorization.merge(exclude: also_internal.call(config.host_authorization[:exclude]))

  # Pages of these origins may open the cable with cookies, beside those of its own host: https://www.example.com,https://…
  if ENV["CABLE_CHAT_ORIGINS"].present?
    config.action_cable.allowed_request_origins = ENV["CABLE_CHAT_ORIGINS"].split(",").map(&:strip)
  end

  # What visitors write is theirs: not for the log.
  config.filter_parameters |= [ /\A(?:message|prompt)\z/ ]

  # Where the widget lies. With importmap-rails it is there already.
  if config.respond_to?(:assets)
    config.assets.paths |= [ Rails.root.join("vendor/javascript").to_s ]
    if config.assets.respond_to?(:precompile) && config.assets.precompile
      config.assets.precompile |= %w[cable-chat.js cable_chat.css]
    end
  end

  # Without the id of its session in its `welcome`, a page cannot come back to it. Over gRPC, AnyCable's own command does this.
  AnyCable.middleware.use(AnyCable::Middlewares::EnvSid) if AnyCable.config.http_rpc?

  config.after_initialize do
    # Action Cable copies the filters when it is loaded, and AnyCable loads it before any of them is set: the log would have the
    # actions of channels with all that visitors write, and with passwords.
    ActionCable.server.config.filter_parameters |= Rails.application.config.filter_parameters

    # Without it, anybody could broadcast, call the channels, and be anybody. (An image is built without secrets, and an
    # application with an AnyCable of its own may have its keys elsewhere.)
    ours = Rails.root.join("config/anycable_secret.rb").exist?
    if ours && Rails.env.production? && AnyCable.config.secret.blank? && ENV["SECRET_KEY_BASE_DUMMY"].blank?
      abort "ANYCABLE_SECRET is not set. Make one with `bin/rails secret`, and give it to Rails and to the AnyCable server."
    end
  end
end
