# frozen_string_literal: true

module CableChat
  # About how many tokens a text has, on the high side, without any model's vocabulary.
  #
  # By code point: three of ASCII a token, two of Latin-1 to Hebrew and Arabic (U+0080 to U+07FF), one of everything else in the
  # basic plane (Chinese, Japanese, Korean, Indic scripts …), and two tokens for each beyond it (emoji). Vocabularies of today
  # need less for prose, and more for what none of them knows: base64, hashes and long numbers can take twice the estimate.
  module TokenEstimate
    # Tokens that a chat format adds to each turn (role, separators), by OpenAI's published counting: three or four.
    PER_TURN = 4

    # Of code points of one, two, three and four bytes.
    FIRST_BYTES = [ "\x00-\x7F", "\xC0-\xDF", "\xE0-\xEF", "\xF0-\xF7" ].map(&:b).freeze

    module_function

    # By the first bytes of the code points, as String#count is slow with large sets of characters.
    def of(text)
      bytes = text.b
      ones, twos, threes, fours = FIRST_BYTES.map { |set| bytes.count(set) }
      (ones / 3.0 + twos / 2.0 + threes + 2 * fours).ceil
    end

    def of_turn(text)
      of(text) + PER_TURN
    end
  end
end
