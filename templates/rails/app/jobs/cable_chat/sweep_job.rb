# frozen_string_literal: true

module CableChat
  # What a crash leaves behind, made good from time to time (config/recurring.yml, or a cron job). Actions close dead answers,
  # too; but not while nobody acts.
  class SweepJob < ApplicationJob
    # Most of a kind at once.
    MOST = 100

    queue_as { CableChat.config.queue }

    def perform
      Closing.close_overdue
      enqueue_forgotten
      fold_unfolded
    end

    private
      # A process died between commit and enqueue, or the queue was not there. Those that only wait for their turn are enqueued
      # twice by this, which is harmless; so only after a while.
      def enqueue_forgotten
        Message.unfinished.where(status: "queued").where(created_at: ..CableChat.config.lease.seconds.ago)
          .order(:created_at).limit(MOST).pluck(:id).each { |id| AnswerJob.perform_later(id) }
      end

      def fold_unfolded
        Message.answers.where(folded: false).where.not(status: Answer::UNFINISHED).limit(MOST)
          .each { |message| Closing.fold(message) }
      end
  end
end
