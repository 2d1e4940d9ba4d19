# frozen_string_literal: true

module CableChat
  # The settings. Sizes are UTF-8 bytes; times are seconds, as numbers or as durations (15.seconds).
  class Config
    KIBIBYTE = 1024

    # Of six bytes each, for control characters in JSON, it still fits the smallest snapshot.
    MOST_MESSAGE_BYTES = 32 * KIBIBYTE
    MOST_SNAPSHOT_BYTES = 256 * KIBIBYTE
    # What an entry of a snapshot needs beside its text, with room to spare.
    ENTRY_BYTES = 2 * KIBIBYTE

    DEFAULTS = {
      # The model's limits: tokens of an answer, and estimated tokens of the system prompt and the turns together.
      max_tokens: 2_048,
      context_tokens: 8_000,
      # Until the model says something, and between two things that it says. A reasoning model may think for a minute.
      first_byte_timeout: 120,
      idle_timeout: 60,
      # From the claim to the end of an answer, however lively it is.
      answer_timeout: 600,
      # An answer that grows beyond this is cut there, and ends as complete with the reason "length".
      answer_bytes: 1024 * KIBIBYTE,
      message_bytes: 16 * KIBIBYTE,
      # Asks, edits and regenerations of one visitor, and those of their answers that are open at a time.
      asks_per_minute: 20,
      answers_at_once_per_user: 3,
      # How long a job that gives no sign of life keeps its answer. Renewed three times as often.
      lease: 15,
      # How long an answer may wait for a job.
      queue_timeout: 120,
      # The model's tokens are joined until the first is this old, or they are this long.
      coalesce_for: 0.05,
      coalesce_bytes: KIBIBYTE,
      # Messages of the newest page, and most of a page of history.
      page_messages: 30,
      # JSON of one snapshot, without Action Cable's envelope. The protocol allows 256 KiB with it.
      snapshot_bytes: 254 * KIBIBYTE
    }.freeze

    SECONDS = %i[first_byte_timeout idle_timeout answer_timeout lease queue_timeout coalesce_for].freeze

    attr_accessor(*DEFAULTS.keys)

    # The name of a provider (see Providers), or an object that responds to #stream as they do.
    attr_accessor :provider

    # Handed to the provider as it is; nil: the one that the provider was set up with.
    attr_accessor :model

    attr_accessor :system_prompt

    # What cable_chat_tag subscribes to; nil: the widget's own choice, AssistantChannel.
    attr_accessor :channel

    # The Active Job queue of the answers.
    attr_accessor :queue

    def initialize
      DEFAULTS.each { |name, value| public_send("#{name}=", value) }
      @provider = ENV["CABLE_CHAT_PROVIDER"].presence || "demo"
      @model = ENV["CABLE_CHAT_MODEL"].presence
      @system_prompt = ENV["CABLE_CHAT_SYSTEM_PROMPT"].presence || "You are a helpful assistant. Answer in markdown."
      @queue = :default
    end

    def validate!
      DEFAULTS.each_key { |name| validate_number(name) }
      validate_message_bytes
      validate_snapshot_bytes
    end

    private
      def validate_number(name)
        value = public_send(name)
        seconds = SECONDS.include?(name)
        number = seconds ? value.is_a?(Numeric) || value.is_a?(ActiveSupport::Duration) : value.is_a?(Integer)
        return if number && value.to_f.finite? && value.positive?

        kind = seconds ? "a number of seconds" : "a whole number"
        raise ConfigError, "CableChat: #{name} is #{value.inspect}; it must be #{kind} greater than 0."
      end

      def validate_message_bytes
        return if message_bytes <= MOST_MESSAGE_BYTES

        raise ConfigError, "CableChat: message_bytes is #{message_bytes}; at most #{MOST_MESSAGE_BYTES} can be sent."
      end

      def validate_snapshot_bytes
        least = message_bytes * 6 + ENTRY_BYTES
        return if snapshot_bytes.between?(least, MOST_SNAPSHOT_BYTES)

        raise ConfigError, "CableChat: snapshot_bytes is #{snapshot_bytes}; with message_bytes #{message_bytes} it must be " \
                           "from #{least} to #{MOST_SNAPSHOT_BYTES}."
      end
  end
end
