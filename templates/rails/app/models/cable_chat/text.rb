# frozen_string_literal: true

module CableChat
  # Reads messages' texts. Each read is one statement, so that a fold beside it makes no text vanish or come twice; and what
  # the log gained since the message's row was read is left out, so that status, byte count and text are of one picture.
  class Text
    # An entry of a snapshot without its text has more bytes of JSON than this.
    LEAST_ENTRY_BYTES = 150

    # Texts of these messages, the first of them that may fit the budget, are read at once; any other by itself.
    def initialize(messages = [], budget: 0)
      @texts = read_together(messages, budget)
    end

    # Returns the text from the code point that byte `from` is in, and that code point's offset: at least so many bytes,
    # if there are as many, and whole code points. Beyond the end it is the empty text at the end.
    def part(message, from: 0, at_least: message.bytes)
      from = [ from, message.bytes ].min
      known = @texts[message.id]
      return cut(known, 0, from, message.bytes) if known

      # A few bytes more at both ends are enough to find the boundaries, as no code point has more than four.
      first = [ from - 3, 0 ].max
      last = [ from + at_least + 4, message.bytes ].min
      bytes = read(message.id, first, last)
      whole = last == message.bytes ? bytes.bytesize : Utf8.boundary(bytes, bytes.bytesize - 1)
      cut(bytes, first, from, first + whole)
    end

    def whole(message)
      part(message).last
    end

    private
      def cut(bytes, base, from, to)
        first = base + Utf8.boundary(bytes, from - base)
        [ first, bytes.byteslice(first - base, [ to - first, 0 ].max).force_encoding(Encoding::UTF_8) ]
      end

      def read(id, first, last)
        return "".b if last <= first

        pieces = Piece.where(message_id: id)
        nearest = pieces.where(byte_offset: ..first).select("COALESCE(MAX(byte_offset), 0)")
        rows = pieces.where("byte_offset < ?", last).where("byte_offset >= (?)", nearest).order(:byte_offset)
          .pluck(:byte_offset, :content)
        base = rows.first&.first || first
        join(rows.map(&:last)).byteslice(first - base, last - first) || "".b
      end

      def read_together(messages, budget)
        fitting = messages.take_while { |message| (budget -= message.bytes + LEAST_ENTRY_BYTES) >= 0 }
          .select { |message| message.bytes.positive? }
        return {} if fitting.empty?

        Piece.where(message_id: fitting.map(&:id)).order(:message_id, :byte_offset).pluck(:message_id, :content)
          .group_by(&:first).transform_values { |rows| join(rows.map(&:last)) }
      end

      def join(contents)
        contents.each_with_object("".b) { |content, bytes| bytes << content.b }
      end
  end
end
