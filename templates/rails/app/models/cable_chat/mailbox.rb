# frozen_string_literal: true

module CableChat
  # What one thread says to another: bounded, and with a time-out for whoever waits. (Ruby's own queues have that from 3.2 on.)
  class Mailbox
    # Whoever is faster than the database waits.
    MOST = 1_000

    def initialize
      @mutex = Mutex.new
      @changed = ConditionVariable.new
      @items = []
    end

    def push(item)
      @mutex.synchronize do
        @changed.wait(@mutex) until @items.size < MOST
        @items << item
        @changed.broadcast
      end
    end

    # Nil: nothing came within so many seconds.
    def pop(seconds)
      @mutex.synchronize do
        @changed.wait(@mutex, seconds) if @items.empty? && seconds.positive?
        @items.shift.tap { @changed.broadcast }
      end
    end
  end
end
