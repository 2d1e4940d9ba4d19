# frozen_string_literal: true

require "cable_chat_test_helper"

class CableChat::Utf8Test < ActiveSupport::TestCase
  TEXT = "aé☂😀"

  test "the boundary is the beginning of the code point that a byte is in" do
    boundaries = (0..TEXT.bytesize + 1).map { |index| CableChat::Utf8.boundary(TEXT, index) }

    assert_equal [ 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10 ], boundaries
  end

  test "a text is cut between code points" do
    assert_equal [ "", "a", "a", "aé", "aé", "aé", "aé☂", "aé☂" ], (0..7).map { |bytes| CableChat::Utf8.fit(TEXT, bytes) }
    assert_equal "", CableChat::Utf8.fit(TEXT, -1)
  end

  test "pieces are of bounded size and whole code points" do
    assert_equal [ "aé", "☂", "😀" ], CableChat::Utf8.split(TEXT, 5)
    assert_empty CableChat::Utf8.split("", 5)
  end

  test "the cost is what Rails' JSON takes, for every kind of character" do
    (0..0x2100).each do |code_point|
      character = [ code_point ].pack("U")

      assert_equal ActiveSupport::JSON.encode(character).bytesize - 2, CableChat::Utf8.json_cost(character), code_point.to_s(16)
    end
    assert_equal 4, CableChat::Utf8.json_cost("😀")
  end

  test "as much is cut off as the JSON needs, and no more" do
    text = "<a>\"\u0001é😀\n" * 20
    (0..CableChat::Utf8.json_cost(text) + 1).each do |room|
      fitting = CableChat::Utf8.fit_json(text, room)

      assert text.start_with?(fitting)
      assert_operator CableChat::Utf8.json_cost(fitting), :<=, room
      following = text[fitting.length]
      assert_operator CableChat::Utf8.json_cost(fitting + following), :>, room if following
    end
  end
end
