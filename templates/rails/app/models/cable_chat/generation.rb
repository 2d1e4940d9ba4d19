# frozen_string_literal: true

module CableChat
  # Generates one answer: the model's tokens, joined to pieces, each stored before anybody sees it, then the end.
  #
  # The model is read in a thread of its own; this one, which has the connection to the database, never waits for it longer than
  # for the next thing to do. So the lease is renewed while the model is silent, a Stop does not wait for its next word, and a
  # model that hangs is left behind.
  class Generation
    def initialize(message, lease)
      @message = message
      @config = CableChat.config
      @writer = AnswerWriter.new(message, lease)
      @coalescer = Coalescer.new
      @heard_bytes = 0
    end

    def run
      @writer.finish(generate)
    rescue AnswerWriter::Lost
      # Whoever closed the row has told everybody.
    ensure
      @reader&.leave
      interrupt unless @writer.over?
    end

    private
      def generate
        @begun_at = now
        @provider = Providers.current
        @reader = ModelReader.new(@provider, **request)
        @heard_at = now
        @renew_at = @heard_at + renewal_interval
        listen
      rescue AnswerWriter::Lost
        raise
      rescue StandardError => error
        keep_what_was_said
        ending_of(error)
      end

      def request
        question = Message.find(@message.in_reply_to)
        { messages: Context.new(question).turns, system: @config.system_prompt, max_tokens: @config.max_tokens }
      end

      # Returns the Ending.
      def listen
        loop do
          kind, value = @reader.pop([ next_moment - now, 0 ].max)
          case kind
          when :text then hear(value)
          when :finished then return finished(value)
          when :failed then raise value
          end
          return full if full?

          flush if @coalescer.due_at&.<=(now)
          renew if now >= @renew_at
          return too_long if now >= @begun_at + @config.answer_timeout

          raise ProviderError.timeout("#{name} was silent for #{patience} s") if kind.nil? && now >= @heard_at + patience
        end
      end

      def next_moment
        [ @coalescer.due_at, @renew_at, @heard_at + patience, @begun_at + @config.answer_timeout ].compact.min
      end

      # Also an empty text is a sign of life: of a model that thinks, or a keep-alive.
      def hear(text)
        @heard_at = now
        @spoke ||= !text.empty?
        @coalescer.push(text, now)
        @heard_bytes += text.bytesize
      end

      def patience
        @spoke ? @config.idle_timeout : @config.first_byte_timeout
      end

      def full?
        @heard_bytes >= @config.answer_bytes
      end

      def full
        flush(final: true)
        Ending.complete("length")
      end

      def too_long
        keep_what_was_said
        Ending::TOO_LONG
      end

      def finished(reason)
        flush(final: true)
        Ending.complete(reason == "stop" ? nil : reason)
      end

      # After a piece that could not be stored nothing may follow: the text would have a hole.
      def flush(final: false)
        return if @torn

        @torn = true
        @coalescer.take(final: final).each { |piece| @writer.write(piece) }
        @torn = false
        @renew_at = now + renewal_interval
      end

      def renew
        @writer.renew
        @renew_at = now + renewal_interval
      end

      def renewal_interval
        @config.lease / 3.0
      end

      # The partial text stays, on the screen and in the row.
      def keep_what_was_said
        flush(final: true)
      rescue ActiveRecord::ActiveRecordError => error
        report(error, SecureRandom.uuid)
      end

      def ending_of(error)
        request_id = (error.request_id if error.is_a?(ProviderError)) || SecureRandom.uuid
        report(error, request_id)
        Ending.of(error, request_id: request_id)
      end

      def report(error, request_id)
        context = { message_id: @message.id, request_id: request_id, provider: name, bytes: @writer.offset }
        context[:detail] = error.detail if error.is_a?(ProviderError)
        severity = error.is_a?(ProviderError) ? :warning : :error
        Rails.error.report(error, handled: true, severity: severity, context: context)
      end

      # The worker is shut down, or something raised that is no StandardError: better an honest end now than one after the lease.
      def interrupt
        @writer.finish(Ending::INTERRUPTED)
      rescue StandardError => error
        report(error, SecureRandom.uuid)
      end

      def name
        Providers.name_of(@provider)
      end

      def now
        Process.clock_gettime(Process::CLOCK_MONOTONIC)
      end
  end
end
