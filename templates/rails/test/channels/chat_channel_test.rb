# frozen_string_literal: true

require "cable_chat_test_helper"
require "cable_chat_identity_helper"

class ChatChannelTest < ActionCable::Channel::TestCase
  include CableChatTestHelper
  include CableChatIdentityHelper

  setup { stub_connection(visitor: CableChat::Visitor.user(42)) }

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

  test "the room sees a user's name, where the application gives one, and nothing of a guest" do
    assert_equal({}, info_of(CableChat::Visitor.user(42)))

    name_users("42" => "Ada")
    assert_equal({ name: "Ada" }, info_of(CableChat::Visitor.user(42)))
    assert_equal({}, info_of(CableChat::Visitor.guest(42)))
  end

  test "clients cannot say who is present" do
    assert_empty ChatChannel.action_methods
  end

  private
    # What goes to AnyCable's server, which is not there in tests.
    def info_of(visitor)
      stub_connection(visitor: visitor)
      subscribe(room_id: "lobby")
      subscription.send(:presence_info)
    end
end
