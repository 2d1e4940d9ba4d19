# frozen_string_literal: true

require "cable_chat_test_helper"

class AssistantChannelTest < ActionCable::Channel::TestCase
  include CableChatTestHelper

  setup { stub_connection(visitor: ada) }

  test "it streams the visitor's conversation, and says nothing" do
    subscribe(conversation_id: conversation_id)

    assert_predicate subscription, :confirmed?
    assert_equal [ "cable_chat:user:ada:#{conversation_id}" ], subscription.streams
    assert_empty transmissions
    assert_equal 0, CableChat::Conversation.count
  end

  test "somebody else's conversation is a stream that is silent, and refuses every action" do
    ask_and_answer
    stub_connection(visitor: eve)
    subscribe(conversation_id: conversation_id)
    perform :resume, {}

    assert_predicate subscription, :confirmed?
    assert_not_includes subscription.streams, stream(ada)
    assert_equal [ "error", "forbidden" ], transmissions.sole.values_at("type", "code")
  end

  test "only where conversation_id is no UUID is it rejected" do
    [ nil, "", "1", 5, [ conversation_id ], "#{conversation_id}\n", "%" ].each do |id|
      subscribe(conversation_id: id)
      assert_predicate subscription, :rejected?, id.inspect
    end
  end

  test "each action is answered to its caller" do
    subscribe(conversation_id: conversation_id)
    perform :resume, {}
    perform :ask, { client_id: uuid, message: "Why?" }

    assert_equal %w[hello snapshot snapshot], transmissions.pluck("type")
    assert_enqueued_jobs 1, only: CableChat::AnswerJob
  end

  test "an action that does not exist is answered, too, and no method of the channel can be called" do
    subscribe(conversation_id: conversation_id)
    %w[shutdown subscribed unsubscribed perform_chat_action conversation_id transmit stream_from receive].each { |action| perform action, {} }

    assert_equal [ "invalid" ], transmissions.pluck("code").uniq
    assert_equal 8, transmissions.size
  end

  test "what is no action at all is answered as well" do
    subscribe(conversation_id: conversation_id)
    [ {}, { "action" => 5 }, { "action" => { "a" => 1 } }, [], "ask", nil ].each { |data| subscription.perform_action(data) }

    assert_equal [ "invalid" ] * 6, transmissions.pluck("code")
  end

  test "the visitor comes from the connection, never from the data" do
    subscribe(conversation_id: conversation_id)
    perform :ask, { client_id: uuid, message: "Why?", visitor: "user:eve", user: "user:eve", conversation_id: uuid }

    assert_equal [ "user:ada", conversation_id ], CableChat::Conversation.sole.attributes.values_at("owner", "id")
  end
end
