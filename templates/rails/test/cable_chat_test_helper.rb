# frozen_string_literal: true

require "test_helper"
require "action_cable/test_helper"

# What the tests of the chat share. A visitor here is all that the chat needs of one: an id.
module CableChatTestHelper
  extend ActiveSupport::Concern

  include ActiveJob::TestHelper
  include ActionCable::TestHelper

  TestVisitor = Struct.new(:id)

  # Says what it is told to: texts, errors to raise, or lambdas that are called in its thread.
  class ScriptedProvider
    attr_reader :requests

    def initialize(*script, finish: "stop")
      @script = script
      @finish = finish
      @requests = []
    end

    def stream(**request)
      @requests << request
      @script.each do |step|
        case step
        when String then yield step
        when Exception then raise step
        else step.call(request)
        end
      end
      @finish
    end
  end

  included do
    setup do
      CableChat.instance_variable_set(:@config, nil)
      CableChat.config.provider = ScriptedProvider.new("Well.")
    end
    teardown { CableChat.instance_variable_set(:@config, nil) }
  end

  # Whatever the application runs its jobs by.
  def queue_adapter_for_test
    ActiveJob::QueueAdapters::TestAdapter.new
  end

  def ada
    @ada ||= TestVisitor.new("user:ada")
  end

  def eve
    @eve ||= TestVisitor.new("user:eve")
  end

  def conversation_id
    @conversation_id ||= uuid
  end

  def uuid
    SecureRandom.uuid
  end

  # Returns the frames that the caller gets, as they go over the wire.
  def act(action, by: ada, to: conversation_id, **data)
    frames = []
    CableChat::Actions.perform(visitor: by, conversation_id: to, action: action, data: data.deep_stringify_keys) do |frame|
      frames << JSON.parse(ActiveSupport::JSON.encode(frame))
    end
    frames
  end

  # Asks, and returns the question's and the answer's id.
  def ask(message = "Why?", by: ada, to: conversation_id)
    snapshot = act("ask", by: by, to: to, client_id: uuid, message: message).sole
    snapshot.fetch("messages").map { |entry| entry["id"] }
  end

  # Asks, and has it answered. Returns both ids.
  def ask_and_answer(message = "Why?", answer: "Because.", by: ada, to: conversation_id)
    ask(message, by: by, to: to).tap { |_, id| generate(id, ScriptedProvider.new(*answer)) }
  end

  def generate(answer_id, provider = CableChat.config.provider)
    CableChat.config.provider = provider
    CableChat::AnswerJob.perform_now(answer_id)
  end

  def resume(since: nil, cursors: {}, by: ada, to: conversation_id)
    act("resume", by: by, to: to, since: since, cursors: cursors)
  end

  def row(id)
    CableChat::Message.find(id)
  end

  def text_of(id)
    CableChat::Text.new.whole(row(id))
  end

  def stream(visitor = ada, id = conversation_id)
    CableChat::Stream.name_for(visitor, id)
  end

  # What everybody in the conversation has heard so far.
  def heard(visitor = ada, id = conversation_id)
    broadcasts(stream(visitor, id)).map { |json| JSON.parse(json) }
  end

  # The end of a lease, without waiting for it.
  def expire(id)
    CableChat::Message.where(id: id).update_all(deadline: 1)
  end

  def refusal_of(frames)
    frames.sole.tap { |frame| assert_equal "error", frame["type"] }.fetch("code")
  end

  # Runs a block while a method of an object does something else. The replacement is given the original, to call or not.
  def replacing(object, name, replacement)
    original = object.method(name)
    object.singleton_class.prepend(replaced = Module.new)
    replaced.define_method(name) { |*arguments, **options, &block| replacement.call(original, *arguments, **options, &block) }
    yield
  ensure
    replaced&.remove_method(name)
  end

  # What Rails.error was told meanwhile, as [error, context].
  def reports
    recorder = Class.new do
      attr_reader :reports

      def report(error, context:, **)
        (@reports ||= []) << [ error, context ]
      end
    end.new
    Rails.error.subscribe(recorder)
    yield
    recorder.reports.to_a
  ensure
    Rails.error.unsubscribe(recorder) if Rails.error.respond_to?(:unsubscribe)
  end
end
