# frozen_string_literal: true

require "cable_chat_test_helper"

class CableChat::AnswerTest < ActiveSupport::TestCase
  include CableChatTestHelper

  setup do
    _, @id = ask
    @lease = uuid
  end

  def claim(lease = @lease)
    CableChat::Message.claim(@id, lease)
  end

  test "of two who claim, one gets it" do
    assert_equal "streaming", claim.status
    assert_nil claim(uuid)
    assert_equal @lease, row(@id).lease
  end

  test "the deadline is the lease's, by the database's clock" do
    now = CableChat::Message.connection.select_value("SELECT #{CableChat::DatabaseClock.now}").to_i
    assert_in_delta now + 120_000, row(@id).deadline, 60_000
    assert_in_delta now + 15_000, claim.deadline, 14_000
    assert_in_delta Time.now.to_f * 1_000, now, 60_000
  end

  test "a piece is stored by its lease, at the end of the text, and nowhere else" do
    message = claim
    assert message.append(@lease, 0, "é")

    assert_not message.append(uuid, 2, "x"), "another lease"
    assert_not message.append(@lease, 0, "x"), "a piece that is there already"
    assert_not message.append(@lease, 3, "x"), "a hole"
    assert_equal [ 2, "é" ], [ row(@id).bytes, text_of(@id) ]
  end

  test "each piece renews the lease" do
    message = claim
    expire(@id)
    assert message.append(@lease, 0, "x")

    assert_empty CableChat::Message.overdue
  end

  test "nothing is added to an answer that was stopped, and its lease is lost" do
    message = claim
    assert_equal "stopped", message.close_as_stopped.status

    assert_not message.append(@lease, 0, "x")
    assert_not message.renew(@lease)
    assert_nil message.close_own(@lease, status: "complete")
    assert_equal [ "stopped", 0 ], [ row(@id).status, CableChat::Piece.where(message_id: @id).count ]
  end

  test "of those who end an answer, one does" do
    3.times do |first|
      message = claim
      expire(@id)
      ends = [ -> { message.close_as_interrupted }, -> { message.close_as_stopped }, -> { message.close_own(@lease, status: "complete") } ]

      assert_equal 1, ends.rotate(first).map(&:call).compact.size
      _, @id = ask
    end
  end

  test "the deadline is tested again by whoever closes for it" do
    message = claim
    expire(@id)
    overdue = CableChat::Message.overdue.sole
    assert message.renew(@lease)

    assert_nil overdue.close_as_interrupted
  end

  test "a fold joins the log of a final answer, once, and loses nothing" do
    message = claim
    message.append(@lease, 0, "aé")
    message.append(@lease, 3, "☂")
    message.fold
    assert_equal 2, CableChat::Piece.where(message_id: @id).count, "it is not final yet"

    message.close_own(@lease, status: "complete")
    2.times { row(@id).fold }
    assert_equal [ [ 0, "aé☂".b ] ], CableChat::Piece.where(message_id: @id).pluck(:byte_offset, :content)
  end
end
