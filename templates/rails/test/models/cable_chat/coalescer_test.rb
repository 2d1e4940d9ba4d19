# frozen_string_literal: true

require "cable_chat_test_helper"

class CableChat::CoalescerTest < ActiveSupport::TestCase
  def coalescer(bytes: 1_024, seconds: 0.05)
    CableChat::Coalescer.new(bytes: bytes, seconds: seconds)
  end

  # The pieces of a text that comes in these tokens.
  def pieces(*tokens)
    joined = coalescer
    tokens.flat_map { |token| joined.push(token, 0) && joined.take } + joined.take(final: true)
  end

  test "a piece waits for others, but no longer than it may" do
    joined = coalescer
    assert_nil joined.due_at
    joined.push("a", 10)
    joined.push("b", 10.04)

    assert_in_delta 10.05, joined.due_at
    assert_equal [ "ab" ], joined.take
    assert_nil joined.due_at
  end

  test "enough of it goes at once" do
    joined = coalescer(bytes: 3)
    joined.push("ab", 10)
    joined.push("c", 10.01)

    assert_in_delta 10.01, joined.due_at
  end

  test "what comes all at once goes in pieces of bounded size" do
    joined = coalescer
    joined.push("☂" * 20_000, 0)
    taken = joined.take

    assert_operator taken.map(&:bytesize).max, :<=, 16 * 1_024
    assert_equal "☂" * 20_000, taken.join
  end

  test "a code point that was cut anywhere is put together again" do
    text = "aé☂😀z"
    (1...text.bytesize).each do |at|
      assert_equal text, pieces(text.byteslice(0, at), text.byteslice(at..)).join
      assert pieces(text.byteslice(0, at), text.byteslice(at..)).all?(&:valid_encoding?)
    end
    assert_equal text, pieces(*text.bytes.map { |byte| byte.chr }).join
  end

  test "an emoji whose halves came in two JSON strings is one" do
    high, low = [ "\xED\xA0\xBD", "\xED\xB8\x80" ]

    assert_equal "a😀z", pieces("a#{high}".b, "#{low}z".b).join
    assert_equal "a😀z", pieces(*"a#{high}#{low}z".b.each_char.to_a).join
    assert_equal "😀", pieces(high + low).join
  end

  test "half an emoji becomes a replacement character, at the end and in the middle" do
    assert_match(/\Aa\uFFFD+\z/, pieces("a\xED\xA0\xBD".b).join)
    assert_match(/\Aa\uFFFD+b\z/, pieces("a\xED\xA0\xBD".b, "b").join)
    assert_match(/\Aa\uFFFD+\z/, pieces("a\xF0\x9F".b).join)
  end
end
