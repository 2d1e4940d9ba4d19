# frozen_string_literal: true

module CableChat
  # Texts are addressed by UTF-8 byte offset, and every piece is whole code points: the arithmetic of that.
  module Utf8
    CONTINUATION = 0b1000_0000
    CONTINUATION_MASK = 0b1100_0000

    # What Rails' JSON makes longer: see .json_cost.
    TWO_BYTES = "\"\\\\\b\t\n\f\r"
    SIX_BYTES = "\u0000-\u0007\u000B\u000E-\u001F<>&"
    SIX_BYTES_OF_THREE = "\u2028\u2029"

    module_function

    # The greatest code point boundary in these bytes that is not beyond the index.
    def boundary(bytes, index)
      at = index.clamp(0, bytes.bytesize)
      at -= 1 while at.positive? && at < bytes.bytesize && (bytes.getbyte(at) & CONTINUATION_MASK) == CONTINUATION
      at
    end

    # The longest beginning of at most so many bytes.
    def fit(text, bytes)
      text.bytesize <= bytes ? text : text.byteslice(0, boundary(text, [ bytes, 0 ].max))
    end

    # The longest beginning whose JSON, without the quotes, has at most so many bytes.
    def fit_json(text, room)
      return text if json_cost(text) <= room

      fits = 0
      too_long = text.bytesize
      while too_long - fits > 1
        middle = (fits + too_long) / 2
        json_cost(fit(text, middle)) <= room ? fits = middle : too_long = middle
      end
      fit(text, fits)
    end

    # Bytes of a text inside a JSON string, at most: Rails also escapes what HTML or JavaScript could trip over, unless the
    # application has switched that off.
    def json_cost(text)
      text.bytesize + text.count(TWO_BYTES) + 5 * text.count(SIX_BYTES) + 3 * text.count(SIX_BYTES_OF_THREE)
    end

    # Pieces of at most so many bytes, 4 or more.
    def split(text, bytes)
      pieces = []
      until text.empty?
        pieces << fit(text, bytes)
        text = text.byteslice(pieces.last.bytesize..)
      end
      pieces
    end
  end
end
