# frozen_string_literal: true

require "application_system_test_case"

# The page in a browser, by `bin/rails test:system`. There is no AnyCable in the tests: Action Cable's own server is enough for the
# way there and back, and jobs run in the test's process.
class CableChat::ChatSystemTest < ApplicationSystemTestCase
  BROWSERS = %w[google-chrome chromium chromium-browser chrome].freeze

  driven_by :selenium, using: :headless_chrome, screen_size: [ 900, 700 ] do |options|
    options.add_argument("--no-sandbox") if Process.uid.zero?
  end

  self.use_transactional_tests = false

  setup do
    skip "no Chrome or Chromium was found" unless browser?
    skip "a new visitor may not chat: see app/models/cable_chat/identity.rb" unless visitors_welcome?
    use_cable "async"
    @queue_adapter = ActiveJob::Base.queue_adapter
    ActiveJob::Base.queue_adapter = :async
    CableChat.config.provider = "demo"
  end

  teardown do
    next if @queue_adapter.nil?

    ActiveJob::Base.queue_adapter.shutdown
    ActiveJob::Base.queue_adapter = @queue_adapter
    use_cable "test"
    CableChat::Conversation.destroy_all
  end

  test "a question is answered, and the answer is there after a reload" do
    visit cable_chat_path
    execute_script "document.querySelector('cable-chat').ask('What is a monad?')"
    answer = finished_answer

    assert_equal "complete", answer["status"]
    assert_equal CableChat::Text.new.whole(CableChat::Message.find_by!(role: "assistant")), answer["text"]

    refresh
    assert_equal answer["text"], finished_answer["text"]
  end

  private
    def browser?
      ENV["PATH"].split(File::PATH_SEPARATOR).product(BROWSERS).any? { |place| File.executable?(File.join(*place)) } ||
        File.exist?("/Applications/Google Chrome.app")
    end

    # Where the chat is for users only, this test would have to sign one in, as your application does.
    def visitors_welcome?
      CableChat::Identity.welcome(ActionDispatch::TestRequest.create).present?
    end

    def use_cable(adapter)
      ActionCable.server.config.cable = { "adapter" => adapter }
      ActionCable.server.restart
      ActionCable.server.instance_variable_set(:@pubsub, nil)
    end

    def finished_answer
      page.document.synchronize(20) do
        answer = evaluate_script(<<~JS)
          document.querySelector("cable-chat")?.view?.messages
            ?.filter((message) => message.role === "assistant").map(({ status, text }) => ({ status, text })).at(-1) ?? null
        JS
        done = answer && %w[complete stopped failed].include?(answer["status"])
        done ? answer : raise(Capybara::ElementNotFound, "the answer is not over: #{answer.inspect}")
      end
    end
end
