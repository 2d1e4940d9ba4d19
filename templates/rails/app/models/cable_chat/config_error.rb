# frozen_string_literal: true

module CableChat
  # A setting that cannot work. The message names it, says what is wrong with it, and what would do.
  class ConfigError < StandardError; end
end
