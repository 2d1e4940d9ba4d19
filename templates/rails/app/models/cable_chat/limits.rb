# frozen_string_literal: true

module CableChat
  # What one visitor may ask for. Counted from what is stored, so that neither a restart nor another conversation resets it.
  #
  # Only the conversation is locked: asks of one visitor in several conversations at the very same time may exceed the limits of
  # all of them together by as many as there are threads.
  module Limits
    module_function

    # What `hello` tells the client, so that it can refuse by itself.
    def to_frame
      { message_bytes: config.message_bytes, asks_per_minute: config.asks_per_minute }
    end

    # Returns a Refusal, or nil: one more answer may be asked for. Inside the transaction that would store it.
    def refusal(conversation, text)
      too_long(text) || busy(conversation) || rate_limited(conversation.owner)
    end

    def too_long(text)
      return if text.nil? || text.bytesize <= config.message_bytes

      Refusal.new("too_long", "The message has #{text.bytesize} bytes; at most #{config.message_bytes} are taken. " \
                              "Please shorten it.", false)
    end

    def busy(conversation)
      if conversation.messages.unfinished.exists?
        Refusal.new("busy", "The last answer is not finished yet. Please wait for it, or stop it.", true)
      elsif Message.unfinished.of_owner(conversation.owner).count >= config.answers_at_once_per_user
        Refusal.new("busy", "You have other answers under way. Please wait for one of them.", true)
      end
    end

    # What was asked for later than now was so before the clock was set back, and says nothing about this minute.
    def rate_limited(owner)
      now = Time.current
      asked = Message.answers.of_owner(owner).where(created_at: (now - 1.minute)..now).count
      return if asked < config.asks_per_minute

      Refusal.new("rate_limited", "That was a lot in one minute. Please wait a moment and try again.", true)
    end

    def config
      CableChat.config
    end
    private_class_method :too_long, :busy, :rate_limited, :config
  end
end
