# frozen_string_literal: true

module CableChat
  # Writes one answer's text and end, with the lease that it was claimed with. What it has written it shows; what it cannot write
  # yet, because somebody else holds the database, is shown to nobody.
  class AnswerWriter
    # How soon to try again, in seconds.
    PAUSE = 0.25

    # The answer is not ours any more: it was stopped, or it was thought dead. Not a word more.
    class Lost < StandardError; end

    # patience: for how many seconds a database that fails is tried again.
    def initialize(message, lease, patience: CableChat.config.lease)
      @message = message
      @lease = lease
      @owner = message.conversation.owner
      @attempts = (patience / PAUSE).ceil
      @offset = message.bytes
      @over = false
    end

    # UTF-8 bytes that are stored.
    attr_reader :offset

    def over?
      @over
    end

    # Stores a piece, then shows it: whatever anybody may have seen can be sent again. What is beyond the most that an answer
    # may have is dropped, and all that follows. Raises Lost.
    def write(text)
      fitting = @full ? "" : Utf8.fit(text, CableChat.config.answer_bytes - @offset)
      @full = fitting.bytesize < text.bytesize
      return if fitting.empty?

      store(fitting)
      Stream.broadcast(@owner, chunk_frame(@offset, fitting))
      @offset += fitting.bytesize
    end

    # Keeps the answer ours while the model is silent. Raises Lost.
    def renew
      persistently { @message.renew(@lease) } or lose
    end

    def finish(ending)
      closed = persistently { @message.close_own(@lease, **ending.to_h) }
      @over = true
      Closing.announce(closed, @owner)
    end

    private
      def store(text)
        persistently { append(text) } or lose
      end

      def chunk_frame(offset, text)
        {
          type: "chunk",
          conversation_id: @message.conversation_id,
          message_id: @message.id,
          offset: offset,
          content: text
        }
      end

      def lose
        @over = true
        raise Lost
      end

      # A connection that breaks during the commit leaves open whether the piece is stored.
      def append(text)
        @message.append(@lease, @offset, text) || (@failed && @message.grown_to?(@lease, @offset + text.bytesize))
      end

      # Locks are let go, and connections come back. Beyond the lease there is nothing to wait for.
      def persistently
        attempts = 0
        @failed = false
        begin
          yield
        rescue ActiveRecord::ActiveRecordError
          raise if (attempts += 1) >= @attempts

          @failed = true
          sleep PAUSE
          retry
        end
      end
  end
end
