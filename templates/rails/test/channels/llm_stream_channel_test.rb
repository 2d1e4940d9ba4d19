# frozen_string_literal: true

require "cable_chat_test_helper"

class LlmStreamChannelTest < ActionCable::Channel::TestCase
  include CableChatTestHelper

  setup { stub_connection(visitor: ada) }

  test "a prompt is enqueued, and its answer streams as chunks and a complete" do
    subscribe
    perform :generate, { prompt: "Explain WebSockets" }
    assert_enqueued_jobs 1, only: CableChat::AnswerJob
    perform_enqueued_jobs
    frames = broadcasts(subscription.streams.sole).map { |json| JSON.parse(json) }

    assert_equal %w[snapshot chunk complete], frames.pluck("type")
    assert_equal "Well.", frames.second["content"]
  end

  test "without a conversation, each visitor has one of their own" do
    streams = [ ada, eve, ada ].map do |visitor|
      stub_connection(visitor: visitor)
      subscribe
      subscription.streams.sole
    end

    assert_equal [ 2, streams.first ], [ streams.uniq.size, streams.last ]
  end

  test "it speaks the protocol, too" do
    subscribe(conversation_id: conversation_id)
    perform :resume, {}

    assert_equal %w[hello snapshot], transmissions.pluck("type")
  end

  test "what cannot be answered is refused" do
    subscribe
    [ {}, { prompt: "  " }, { prompt: 5 }, { prompt: "x" * 20_000 } ].each { |data| perform :generate, data }

    assert_equal %w[invalid invalid invalid too_long], transmissions.pluck("code")
  end
end
