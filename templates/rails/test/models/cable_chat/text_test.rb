# frozen_string_literal: true

require "cable_chat_test_helper"

class CableChat::TextTest < ActiveSupport::TestCase
  include CableChatTestHelper

  # The table "What a cursor gets" of docs/protocol.md.
  CURSORS = {
    0 => [ 0, "aé☂😀" ], 1 => [ 1, "é☂😀" ], 2 => [ 1, "é☂😀" ], 3 => [ 3, "☂😀" ], 5 => [ 3, "☂😀" ],
    9 => [ 6, "😀" ], 10 => [ 10, "" ], 4_096 => [ 10, "" ]
  }.freeze

  def answer_with(*pieces, fold:)
    _, id = ask
    lease = uuid
    message = CableChat::Message.claim(id, lease)
    pieces.inject(0) { |offset, piece| message.append(lease, offset, piece) && offset + piece.bytesize }
    if fold
      message.close_own(lease, status: "complete")
      row(id).fold
    end
    row(id)
  end

  test "what a cursor gets, of a log, of a folded text, and of one that was read with others" do
    [ false, true ].each do |fold|
      message = answer_with("a", "é☂", "😀", fold: fold)
      assert_equal fold ? 1 : 3, CableChat::Piece.where(message_id: message.id).count
      [ CableChat::Text.new, CableChat::Text.new([ message ], budget: 1_000) ].each do |texts|
        CURSORS.each { |cursor, part| assert_equal part, texts.part(message, from: cursor), "cursor #{cursor}, folded: #{fold}" }
      end
      @conversation_id = nil
    end
  end

  test "at least so many bytes, and whole code points" do
    message = answer_with("aé☂😀" * 50, "é" * 100, fold: false)
    whole = CableChat::Text.new.whole(message)
    (0..message.bytes).step(7) do |from|
      offset, content = CableChat::Text.new.part(message, from: from, at_least: 10)

      assert content.valid_encoding?
      assert whole.byteslice(offset..).start_with?(content)
      assert_operator content.bytesize, :>=, [ 10, message.bytes - from ].min
    end
  end

  test "what the log gained since the row was read is left out" do
    message = answer_with("one", fold: false)
    CableChat::Message.find(message.id).append(row(message.id).lease, 3, " two")

    assert_equal "one", CableChat::Text.new.whole(message)
    assert_equal "one", CableChat::Text.new([ message ], budget: 1_000).whole(message)
  end

  test "U+0000 is a character like others" do
    assert_equal "a\u0000b", CableChat::Text.new.whole(answer_with("a\u0000", "b", fold: true))
  end
end
