# frozen_string_literal: true

require "cable_chat_test_helper"

# With real commits, from several threads with connections of their own.
class CableChat::ConcurrencyTest < ActiveSupport::TestCase
  include CableChatTestHelper

  self.use_transactional_tests = false

  teardown { CableChat::Conversation.destroy_all }

  # Runs the block once in each thread, all of them at once. Returns what they returned.
  def at_once(threads)
    ready = Thread::Queue.new
    go = Thread::Queue.new
    running = Array.new(threads) do |index|
      Thread.new do
        ready << index
        go.pop
        yield index
      ensure
        ActiveRecord::Base.connection_handler.clear_active_connections!
      end
    end
    threads.times { ready.pop }
    threads.times { go << true }
    running.map(&:value)
  end

  test "the same ask at once: one question, one answer, a snapshot for each" do
    client_id = uuid
    snapshots = at_once(4) { act("ask", client_id: client_id, message: "x").sole }

    assert_equal [ "snapshot" ], snapshots.pluck("type").uniq
    assert_equal 1, snapshots.map { |snapshot| snapshot["messages"].pluck("id") }.uniq.size
    assert_equal [ 1, 2 ], CableChat::Message.order(:position).pluck(:position)
  end

  test "different asks at once: one is accepted, the others are busy" do
    answers = at_once(4) { act("ask", client_id: uuid, message: "x").sole }

    assert_equal [ 1, 3 ], [ answers.count { |frame| frame["type"] == "snapshot" }, answers.count { |frame| frame["code"] == "busy" } ]
  end

  test "two visitors ask in the same new conversation at once: one is forbidden" do
    answers = at_once(2) { |index| act("ask", by: [ ada, eve ][index], client_id: uuid, message: "x").sole }

    assert_equal 1, answers.count { |frame| frame["code"] == "forbidden" }
    assert_equal 1, CableChat::Conversation.count
  end

  test "the same client_id at once in two conversations is taken by one" do
    client_id = uuid
    answers = at_once(2) { act("ask", to: uuid, client_id: client_id, message: "x").sole }

    assert_equal [ "error", "snapshot" ], answers.pluck("type").sort
    assert_equal "invalid", answers.pluck("code").compact.sole
  end

  test "of jobs that claim at once, one gets the answer" do
    _, id = ask

    assert_equal 1, at_once(4) { CableChat::Message.claim(id, uuid) }.compact.size
  end

  test "the first statement under the lock writes, so that SQLite waits for its turn" do
    ask_and_answer
    statements = []
    listener = ActiveSupport::Notifications.subscribe("sql.active_record") { |*, payload| statements << payload[:sql] }
    CableChat::Conversation.hold(conversation_id, ada.id) { }

    assert_match(/\AUPDATE/, statements.grep_v(/\A(begin|commit)/i).first)
  ensure
    ActiveSupport::Notifications.unsubscribe(listener)
  end

  test "positions become visible in their order" do
    holding = Thread::Queue.new
    go_on = Thread::Queue.new
    ask_and_answer
    slow = Thread.new do
      CableChat::Conversation.hold(conversation_id, ada.id) do |conversation|
        CableChat::Message.ask!(conversation, id: uuid, in_reply_to: nil, text: "slow")
        holding << true
        go_on.pop
      end
    ensure
      ActiveRecord::Base.connection_handler.clear_active_connections!
    end
    holding.pop
    fast = Thread.new do
      holding << true
      CableChat::Conversation.hold(conversation_id, ada.id) { |conversation| CableChat::Message.ask!(conversation, id: uuid, in_reply_to: nil, text: "fast") }
    ensure
      ActiveRecord::Base.connection_handler.clear_active_connections!
    end
    holding.pop
    assert_equal [ 1, 2 ], positions, "nothing of either is visible yet"
    go_on << true
    [ slow, fast ].each(&:join)

    assert_equal [ 1, 2, 3, 4 ], positions
    assert_equal %w[slow fast], CableChat::Message.uncached { CableChat::Message.in_order.last(2).map { |message| text_of(message.id) } }
  end

  private
    def positions
      CableChat::Message.uncached { CableChat::Message.in_order.pluck(:position) }
    end
end
