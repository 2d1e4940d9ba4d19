# frozen_string_literal: true

module CableChat
  # Reads one answer of a model in a thread of its own, which touches nothing but the mailbox: so whoever waits for it can do
  # something else meanwhile, and leave it behind when it hangs.
  class ModelReader
    THREAD = "cable_chat model"
    # How many seconds a provider gets to close its connection.
    GRACE = 1

    def initialize(provider, **request)
      @mailbox = Mailbox.new
      @left = false
      @thread = Thread.new do
        Thread.current.name = THREAD
        read(provider, request)
      end
    end

    # [:text, String], at last [:finished, reason] or [:failed, error]; nil: nothing came within so many seconds.
    def pop(seconds)
      @mailbox.pop(seconds)
    end

    # Nobody wants more. Killing is safe here: the thread holds a connection to the model, and nothing else.
    def leave
      @left = true
      @thread.kill
      @thread.join(GRACE)
    end

    private
      def read(provider, request)
        reason = provider.stream(**request, stop: -> { @left }) { |text| @mailbox.push([ :text, text ]) }
        @mailbox.push([ :finished, reason ])
      rescue StandardError, NotImplementedError, LoadError => error
        @mailbox.push([ :failed, error ])
      ensure
        # A provider of the application's own may have asked the database.
        ActiveRecord::Base.connection_handler.clear_active_connections!
      end
  end
end
