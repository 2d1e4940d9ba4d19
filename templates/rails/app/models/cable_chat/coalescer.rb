# frozen_string_literal: true

module CableChat
  # Joins a model's tokens to pieces that are worth a transaction and a frame each, and keeps code points whole that were split
  # between two tokens, as bytes or as the halves of a surrogate pair.
  class Coalescer
    # A model that hands over its answer in one go must not make one frame of it: slow clients would be cut off.
    MOST_BYTES_AT_ONCE = 16 * 1024

    # An emoji whose two halves came in two JSON strings: Ruby makes three bytes of each.
    SURROGATE_PAIR = /\xED([\xA0-\xAF])([\x80-\xBF])\xED([\xB0-\xBF])([\x80-\xBF])/n
    # A code point that lacks its end: of several bytes, or the first half of a pair, whole or not.
    UNFINISHED = /
      (?:
        [\xC2-\xDF] | [\xE0-\xEF][\x80-\xBF]? | [\xF0-\xF4][\x80-\xBF]{0,2} |
        \xED[\xA0-\xAF][\x80-\xBF] (?: \xED[\xB0-\xBF]? )?
      )\z
    /nx

    def initialize(bytes: CableChat.config.coalesce_bytes, seconds: CableChat.config.coalesce_for)
      @bytes = bytes
      @seconds = seconds
      @waiting = "".b
      @due_at = nil
    end

    # The moment at which what waits must go, on the clock of `now`; nil: nothing waits.
    attr_reader :due_at

    def push(text, now)
      return if text.empty?

      @waiting << text.b
      @due_at = @waiting.bytesize >= @bytes ? now : @due_at || now + @seconds
    end

    # Takes what waits, as pieces: whole code points, of bounded size. At the end of the text also what has lost its other half,
    # as U+FFFD.
    def take(final: false)
      bytes = @waiting.gsub(SURROGATE_PAIR) { code_point($1, $2, $3, $4) }
      kept = final ? "".b : bytes[UNFINISHED] || "".b
      @waiting = kept
      @due_at = nil
      text = bytes.byteslice(0, bytes.bytesize - kept.bytesize).force_encoding(Encoding::UTF_8)
      Utf8.split(text.scrub("\uFFFD"), MOST_BYTES_AT_ONCE)
    end

    private
      def code_point(*bytes)
        a, b, c, d = bytes.map(&:ord)
        high = ((a & 0x0F) << 6) | (b & 0x3F)
        low = ((c & 0x0F) << 6) | (d & 0x3F)
        [ 0x10000 + (high << 10) + low ].pack("U").b
      end
  end
end
