# frozen_string_literal: true

require "cable_chat_test_helper"

class ChatChannelTest < ActionCable::Channel::TestCase
  include CableChatTestHelper

  setup { stub_connection(visitor: ada) }

  test "it streams the room" do
    subscribe(room_id: "lobby")

    assert_equal [ "cable_chat:room:lobby" ], subscription.streams
  end

  test "a room without a name is rejected" do
    [ nil, "", "a b", "a" * 65, [ "lobby" ], "lobby\n" ].each do |room_id|
      subscribe(room_id: room_id)
      assert_predicate subscription, :rejected?, room_id.inspect
    end
  end

  test "clients cannot say who is present" do
    assert_empty ChatChannel.action_methods
  end
end
