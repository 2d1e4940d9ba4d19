# frozen_string_literal: true

# The chat behind <cable-chat>. Everything of it is in this namespace, so that it never meets the models of the application.
#
# This file is reloaded with the application's code, and its settings with it. So they are made in a to_prepare block:
#
#   Rails.application.config.to_prepare do
#     CableChat.configure { |config| config.asks_per_minute = 10 }
#   end
module CableChat
  class << self
    def table_name_prefix
      "cable_chat_"
    end

    def config
      @config ||= Config.new
    end

    # Raises a ConfigError that names the setting that cannot work, and what would.
    def configure
      Config.new.tap do |config|
        yield config
        config.validate!
        @config = config
      end
    end
  end
end
