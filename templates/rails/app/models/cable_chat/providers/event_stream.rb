# frozen_string_literal: true

module CableChat
  module Providers
    # Server-sent events, from bytes that are cut anywhere: https://html.spec.whatwg.org/multipage/server-sent-events.html
    class EventStream
      # More than this without the end of an event is no event stream, and must not fill the memory.
      MOST_BYTES = 4 * 1024 * 1024

      class TooLong < StandardError; end

      def initialize
        @buffer = "".b
        @data = []
      end

      # Yields the data of each event.
      def feed(bytes)
        @buffer << bytes.b
        while (line = @buffer.slice!(/\A[^\r\n]*(?:\r\n|\n|\r(?=.))/mn))
          data = take(line.chomp)
          yield data.force_encoding(Encoding::UTF_8).scrub if data
        end
        raise TooLong, "more than #{MOST_BYTES} bytes came without the end of an event" if @buffer.bytesize > MOST_BYTES
      end

      private
        def take(line)
          return @data << line.delete_prefix("data:").delete_prefix(" ") && nil if line.start_with?("data:")
          return unless line.empty? && @data.any?

          @data.join("\n").tap { @data = [] }
        end
    end
  end
end
