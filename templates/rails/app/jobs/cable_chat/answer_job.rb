# frozen_string_literal: true

module CableChat
  # Generates an answer. A job that is run twice, or for an answer that is not queued any more, does nothing.
  #
  # There is no retry_on: an answer is one generation, and only the visitor makes another attempt. A queue that retries by itself
  # is harmless, as the second claim finds nothing. How an answer ended is in its row; nothing is raised for it.
  class AnswerJob < ApplicationJob
    queue_as { CableChat.config.queue }

    def perform(message_id)
      lease = Uuid.mint
      message = Message.claim(message_id, lease)
      Generation.new(message, lease).run if message
    end
  end
end
