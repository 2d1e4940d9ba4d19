# frozen_string_literal: true

require "cable_chat_test_helper"

class CableChat::MessageTreeTest < ActiveSupport::TestCase
  test "an empty tree has no leaf" do
    assert_nil CableChat::MessageTree.new([]).leaf
  end

  test "at each fork the thread goes to the newest" do
    rows = [ %w[q1 -], %w[a1 q1], %w[q2 a1], %w[a2 q2], %w[a1b q1], %w[q3 a1b], %w[a3 q3] ].map { |id, up| [ id, up == "-" ? nil : up ] }

    assert_equal "a2", CableChat::MessageTree.new(rows.first(4)).leaf
    assert_equal "a1b", CableChat::MessageTree.new(rows.first(5)).leaf
    assert_equal "a3", CableChat::MessageTree.new(rows).leaf
    assert_equal %w[a1b q1], CableChat::MessageTree.new(rows).ancestors("q3")
  end

  test "a newer message on a branch that is not shown does not change the thread" do
    rows = [ [ "q1", nil ], [ "a1", "q1" ], [ "q1b", nil ], [ "a1b", "q1b" ], [ "a1c", "q1" ] ]

    assert_equal "a1b", CableChat::MessageTree.new(rows).leaf
  end
end
